"""Salesforce: leads, contacts, accounts and activities in; stages, fields and tasks out."""
