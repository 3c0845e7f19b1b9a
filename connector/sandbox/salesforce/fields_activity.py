"""Fields of what people did and what is to be done: activities, campaigns, e-mail."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

TABLES: Final[Mapping[str, str]] = MappingProxyType({
    "Task": """
WhoId ref:Contact,Lead/Who>Tasks 18 NCU Name ID
WhatId ref:Account,Opportunity,Campaign/What 18 NCU Related To ID
Subject combobox 255 NCU Subject
ActivityDate date - NCU Due Date Only
Status picklist 255 CUD Status
Priority picklist 20 CUD Priority
IsHighPriority boolean - D High Priority
OwnerId ref:Group,User/Owner 18 CUD Assigned To ID
Description textarea 32000 NCU Description
AccountId ref:Account/Account 18 N Account ID
IsClosed boolean - D Closed
IsArchived boolean - D Archived
CallDurationInSeconds int 8 NCU Call Duration
CallType picklist 40 NCUR Call Type
CallDisposition string 255 NCU Call Result
CallObject string 255 NCU Call Object Identifier
ReminderDateTime datetime - NCU Reminder Date/Time
IsReminderSet boolean - CUD Reminder Set
RecurrenceActivityId ref:Task/ 18 N Recurrence Activity ID
IsRecurrence boolean - CD Create Recurring Series of Tasks
TaskSubtype picklist 40 NCR Task Subtype
CompletedDateTime datetime - N Completed Date/Time
""",
    "Event": """
WhoId ref:Contact,Lead/Who>Events 18 NCU Name ID
WhatId ref:Account,Opportunity,Campaign/What 18 NCU Related To ID
Subject combobox 255 NCU Subject
Location string 255 NCU Location
IsAllDayEvent boolean - CUD All-Day Event
ActivityDateTime datetime - NCU Due Date Time
ActivityDate date - NCU Due Date Only
DurationInMinutes int 8 NCU Duration
StartDateTime datetime - NCU Start Date Time
EndDateTime datetime - NCU End Date Time
Description textarea 32000 NCU Description
AccountId ref:Account/Account 18 N Account ID
OwnerId ref:User/Owner 18 CUD Assigned To ID
Type picklist 40 NCU Type
IsPrivate boolean - CUD Private
ShowAs picklist 40 NCUDR Show Time As
IsChild boolean - D Is Child
IsGroupEvent boolean - D Is Group Event
IsArchived boolean - D Archived
EventSubtype picklist 40 NCR Event Subtype
ReminderDateTime datetime - NCU Reminder Date/Time
IsReminderSet boolean - CUD Reminder Set
""",
    "Campaign": """
Name string 80 CUn Name
ParentId ref:Campaign/Parent>ChildCampaigns 18 NCU Parent Campaign ID
Type picklist 40 NCU Type
Status picklist 40 NCUD Status
StartDate date - NCU Start Date
EndDate date - NCU End Date
IsActive boolean - CUD Active
Description textarea 32000 NCU Description
OwnerId ref:User/Owner 18 CUD Owner ID
""",
    "CampaignMember": """
CampaignId ref:Campaign/Campaign>CampaignMembers 18 C Campaign ID
LeadId ref:Lead/Lead>CampaignMembers 18 NC Lead ID
ContactId ref:Contact/Contact>CampaignMembers 18 NC Contact ID
Status picklist 40 NCUD Status
HasResponded boolean - D Responded
FirstRespondedDate date - N First Responded Date
Type picklist 40 N Type
LeadOrContactId ref:Contact,Lead/LeadOrContact 18 N Related Record ID
""",
    "CampaignMemberStatus": """
CampaignId ref:Campaign/Campaign>CampaignMemberStatuses 18 C Campaign ID
Label string 40 CUn Label
SortOrder int 8 NCU Sort Order
IsDefault boolean - CUD Is Default
HasResponded boolean - CUD Responded
""",
    "EmailMessage": """
ParentId ref:Account/Parent 18 NC Case ID
ActivityId ref:Task/Activity 18 NC Activity ID
Subject string 3000 NCUn Subject
TextBody textarea 131072 NCU Text Body
FromName string 1000 NCU From Name
FromAddress email 1000 NCU From Address
ToAddress string 4000 NCU To Address
CcAddress string 4000 NCU CC Address
BccAddress string 4000 NCU BCC Address
Incoming boolean - CUD Is Incoming
Status picklist 40 CUDR Status
MessageDate datetime - NCU Message Date
RelatedToId ref:Account,Opportunity,Campaign/RelatedTo 18 NCU Related To ID
IsTracked boolean - D Is Tracked
FirstOpenedDate datetime - N First Opened
LastOpenedDate datetime - N Last Opened
IsBounced boolean - D Bounced
IsExternallyVisible boolean - CUD Is Externally Visible
""",
    "EmailMessageRelation": """
EmailMessageId ref:EmailMessage/EmailMessage>EmailMessageRelations 18 C Email Message ID
RelationId ref:Contact,Lead,User/Relation 18 NC Relation ID
RelationType picklist 40 CR Relation Type
RelationAddress string 4000 NC Relation Address
RelationObjectType picklist 40 NR Relation Object Type
""",
})
"""Rows as in fields_people."""
