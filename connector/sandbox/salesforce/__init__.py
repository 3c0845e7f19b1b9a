"""A simulated Salesforce org: its records, its query language and its describe answers."""
