"""Fields of deals and of the org's own furniture."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

TABLES: Final[Mapping[str, str]] = MappingProxyType({
    "Opportunity": """
AccountId ref:Account/Account>Opportunities 18 NCU Account ID
ContactId ref:Contact/Contact>Opportunities 18 NC Contact ID
Name string 120 CUn Name
Description textarea 32000 NCU Description
StageName picklist 255 CU Stage
Amount currency 18.2 NCU Amount
Probability percent 3.0 NCU Probability (%)
CloseDate date - CU Close Date
Type picklist 255 NCU Opportunity Type
LeadSource picklist 255 NCU Lead Source
IsClosed boolean - D Closed
IsWon boolean - D Won
CampaignId ref:Campaign/Campaign 18 NCU Campaign ID
OwnerId ref:User/Owner 18 CUD Owner ID
LastActivityDate date - N Last Activity
""",
    "OpportunityContactRole": """
OpportunityId ref:Opportunity/Opportunity>OpportunityContactRoles 18 C Opportunity ID
ContactId ref:Contact/Contact>OpportunityContactRoles 18 CU Contact ID
Role picklist 40 NCU Role
IsPrimary boolean - CUD Primary
""",
    "QueueSobject": """
QueueId ref:Group/Queue>QueueSobjects 18 CU Group ID
SobjectType picklist 40 CUR Sobject Type
""",
    "LeadStatus": """
MasterLabel string 255 N Master Label
ApiName string 255 Nn Api Name
SortOrder int 9 N Sort Order
IsDefault boolean - D Is Default
IsConverted boolean - D Is Converted
""",
    "TaskStatus": """
MasterLabel string 255 N Master Label
ApiName string 255 Nn Api Name
SortOrder int 9 N Sort Order
IsDefault boolean - D Is Default
IsClosed boolean - D Is Closed
""",
    "Organization": """
Name string 80 Un Name
TimeZoneSidKey picklist 40 UR Time Zone
LanguageLocaleKey picklist 40 UR Language
DefaultLocaleSidKey picklist 40 UR Locale
OrganizationType picklist 40 NR Edition
InstanceName string 5 N Instance Name
IsSandbox boolean - D Is Sandbox
""",
    "RecordType": """
Name string 80 CUn Name
DeveloperName string 80 CU Record Type Name
SobjectType picklist 40 CR SObject Type Name
IsActive boolean - CUD Active
Description string 255 NCU Description
""",
})
"""Rows as in fields_people."""

LABELS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType({
    "CampaignMember": ("Campaign Member", "Campaign Members"),
    "CampaignMemberStatus": ("Campaign Member Status", "Campaign Member Statuses"),
    "EmailMessage": ("Email Message", "Email Messages"),
    "EmailMessageRelation": ("Email Message Relation", "Email Message Relations"),
    "LeadStatus": ("Lead Status Value", "Lead Status Values"),
    "Opportunity": ("Opportunity", "Opportunities"),
    "OpportunityContactRole": ("Opportunity Contact Role", "Opportunity Contact Roles"),
    "QueueSobject": ("Queue Sobject", "Queue Sobjects"),
    "RecordType": ("Record Type", "Record Types"),
    "TaskStatus": ("Task Status Value", "Task Status Values"),
})
"""Labels that are not the name itself and the name with an s."""
