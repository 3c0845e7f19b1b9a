"""Fields of people and companies: Lead, Contact, Account, User, Group, Individual."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

SYSTEM: Final = """
Id id 18 Dl Record ID
IsDeleted boolean - D Deleted
CreatedDate datetime - D Created Date
CreatedById ref:User/CreatedBy 18 D Created By ID
LastModifiedDate datetime - D Last Modified Date
LastModifiedById ref:User/LastModifiedBy 18 D Last Modified By ID
SystemModstamp datetime - D System Modstamp
"""
"""What every record has."""

TABLES: Final[Mapping[str, str]] = MappingProxyType({
    "Lead": """
MasterRecordId ref:Lead/MasterRecord 18 N Master Record ID
LastName string 80 CU Last Name
FirstName string 40 NCU First Name
Salutation picklist 40 NCU Salutation
Name string 121 n Full Name
Title string 128 NCU Title
Company string 255 CU Company
Street textarea 255 NCU Street
City string 40 NCU City
State string 80 NCU State/Province
PostalCode string 20 NCU Zip/Postal Code
Country string 80 NCU Country
Phone phone 40 NCU Phone
MobilePhone phone 40 NCU Mobile Phone
Fax phone 40 NCU Fax
Email email 80 NCUl Email
Website url 255 NCU Website
Description textarea 32000 NCU Description
LeadSource picklist 40 NCU Lead Source
Status picklist 40 CUD Status
Industry picklist 40 NCU Industry
Rating picklist 40 NCU Rating
AnnualRevenue currency 18.0 NCU Annual Revenue
NumberOfEmployees int 8 NCU Employees
OwnerId ref:Group,User/Owner 18 CUD Owner ID
HasOptedOutOfEmail boolean - CUD Email Opt Out
HasOptedOutOfFax boolean - CUD Fax Opt Out
DoNotCall boolean - CUD Do Not Call
IsConverted boolean - CD Converted
ConvertedDate date - N Converted Date
ConvertedAccountId ref:Account/ConvertedAccount 18 N Converted Account ID
ConvertedContactId ref:Contact/ConvertedContact 18 N Converted Contact ID
ConvertedOpportunityId ref:Opportunity/ConvertedOpportunity 18 N Converted Opportunity ID
IsUnreadByOwner boolean - CUD Unread By Owner
LastActivityDate date - N Last Activity
LastViewedDate datetime - N Last Viewed Date
LastReferencedDate datetime - N Last Referenced Date
EmailBouncedReason string 255 NU Email Bounced Reason
EmailBouncedDate datetime - NU Email Bounced Date
IndividualId ref:Individual/Individual>Leads 18 NCU Individual ID
""",
    "Contact": """
MasterRecordId ref:Contact/MasterRecord 18 N Master Record ID
AccountId ref:Account/Account>Contacts 18 NCU Account ID
LastName string 80 CU Last Name
FirstName string 40 NCU First Name
Salutation picklist 40 NCU Salutation
Name string 121 n Full Name
MailingStreet textarea 255 NCU Mailing Street
MailingCity string 40 NCU Mailing City
MailingState string 80 NCU Mailing State/Province
MailingPostalCode string 20 NCU Mailing Zip/Postal Code
MailingCountry string 80 NCU Mailing Country
Phone phone 40 NCU Business Phone
Fax phone 40 NCU Business Fax
MobilePhone phone 40 NCU Mobile Phone
ReportsToId ref:Contact/ReportsTo 18 NCU Reports To ID
Email email 80 NCUl Email
Title string 128 NCU Title
Department string 80 NCU Department
LeadSource picklist 40 NCU Lead Source
Birthdate date - NCU Birthdate
Description textarea 32000 NCU Contact Description
OwnerId ref:User/Owner 18 CUD Owner ID
HasOptedOutOfEmail boolean - CUD Email Opt Out
HasOptedOutOfFax boolean - CUD Fax Opt Out
DoNotCall boolean - CUD Do Not Call
LastActivityDate date - N Last Activity
LastViewedDate datetime - N Last Viewed Date
LastReferencedDate datetime - N Last Referenced Date
EmailBouncedReason string 255 NCU Email Bounced Reason
EmailBouncedDate datetime - NCU Email Bounced Date
IsEmailBounced boolean - D Is Email Bounced
IndividualId ref:Individual/Individual>Contacts 18 NCU Individual ID
""",
    "Account": """
MasterRecordId ref:Account/MasterRecord 18 N Master Record ID
Name string 255 CUn Account Name
Type picklist 255 NCU Account Type
ParentId ref:Account/Parent>ChildAccounts 18 NCU Parent Account ID
BillingStreet textarea 255 NCU Billing Street
BillingCity string 40 NCU Billing City
BillingState string 80 NCU Billing State/Province
BillingPostalCode string 20 NCU Billing Zip/Postal Code
BillingCountry string 80 NCU Billing Country
Phone phone 40 NCU Account Phone
Website url 255 NCU Website
Industry picklist 255 NCU Industry
AnnualRevenue currency 18.0 NCU Annual Revenue
NumberOfEmployees int 8 NCU Employees
Description textarea 32000 NCU Account Description
Rating picklist 255 NCU Account Rating
OwnerId ref:User/Owner 18 CUD Owner ID
LastActivityDate date - N Last Activity
AccountSource picklist 255 NCU Account Source
""",
    "User": """
Username string 80 CUl Username
LastName string 80 CU Last Name
FirstName string 40 NCU First Name
Name string 121 n Full Name
Email email 128 CUl Email
Alias string 8 CU Alias
Title string 80 NCU Title
IsActive boolean - CUD Active
UserType picklist 40 R User Type
TimeZoneSidKey picklist 40 CUR Time Zone
LocaleSidKey picklist 40 CUR Locale
LanguageLocaleKey picklist 40 CUR Language
""",
    "Group": """
Name string 40 CUn Name
DeveloperName string 80 NCU Developer Name
Type picklist 40 CDR Type
Email email 255 NCU Email
RelatedId ref:User/Related 18 N Related ID
DoesSendEmailToMembers boolean - CUD Send Email to Members
""",
    "Individual": """
LastName string 80 CU Last Name
FirstName string 40 NCU First Name
Name string 121 n Name
OwnerId ref:User/Owner 18 CUD Owner ID
HasOptedOutTracking boolean - CUD Don't Track
HasOptedOutProfiling boolean - CUD Don't Profile
HasOptedOutProcessing boolean - CUD Don't Process
HasOptedOutSolicit boolean - CUD Don't Market
ShouldForget boolean - CUD Forget this Individual
SendIndividualData boolean - CUD Export Individual's Data
HasOptedOutGeoTracking boolean - CUD OK to Store Location Data
""",
})
"""
Rows of name, type, size, flags and label.

A reference is ``ref:Target,Target/Relationship>Children``; a size of 18.2 is precision and scale. Flags: N nillable,
C createable, U updateable, D defaulted on create, R restricted choices, l usable for look-up, n the object's name.
"""
