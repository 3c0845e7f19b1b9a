"""What HubSpot defines for companies, deals and activities, as far as a connector meets it."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from connector.sandbox.hubspot.contact_properties import LIFECYCLE

if TYPE_CHECKING:
    from collections.abc import Mapping


def _same(values: str) -> tuple[tuple[str, str], ...]:
    """Return options whose labels are their values in words, given as one text."""
    return tuple((value, value.replace("_", " ").capitalize()) for value in values.split())


INDUSTRIES = (
    "ACCOUNTING AUTOMOTIVE BANKING BIOTECHNOLOGY BUILDING_MATERIALS CHEMICALS COMPUTER_SOFTWARE CONSTRUCTION "
    "CONSUMER_ELECTRONICS CONSUMER_GOODS EDUCATION_MANAGEMENT E_LEARNING ELECTRICAL_ELECTRONIC_MANUFACTURING "
    "FINANCIAL_SERVICES FOOD_BEVERAGES FOOD_PRODUCTION HEALTH_WELLNESS_AND_FITNESS HIGHER_EDUCATION "
    "HOSPITAL_HEALTH_CARE HOSPITALITY HUMAN_RESOURCES INDUSTRIAL_AUTOMATION INFORMATION_TECHNOLOGY_AND_SERVICES "
    "INSURANCE INTERNET LEGAL_SERVICES LOGISTICS_AND_SUPPLY_CHAIN MACHINERY MANAGEMENT_CONSULTING "
    "MARKETING_AND_ADVERTISING MECHANICAL_OR_INDUSTRIAL_ENGINEERING MEDICAL_DEVICES NON_PROFIT_ORGANIZATION_MANAGEMENT "
    "OIL_ENERGY PHARMACEUTICALS PUBLISHING REAL_ESTATE RENEWABLES_ENVIRONMENT RESEARCH RETAIL TELECOMMUNICATIONS "
    "TEXTILES TRANSPORTATION_TRUCKING_RAILROAD UTILITIES WHOLESALE"
)

OPTIONS: Mapping[str, tuple[tuple[str, str], ...]] = MappingProxyType(
    {
        "lifecyclestage": LIFECYCLE,
        "hs_task_status": (
            ("NOT_STARTED", "Not started"),
            ("IN_PROGRESS", "In progress"),
            ("COMPLETED", "Completed"),
            ("WAITING", "Waiting"),
            ("DEFERRED", "Deferred"),
        ),
        "hs_task_priority": _same("NONE LOW MEDIUM HIGH"),
        "hs_task_type": _same("EMAIL CALL TODO MEETING LINKED_IN LINKED_IN_CONNECT LINKED_IN_MESSAGE"),
        "hs_meeting_outcome": _same("SCHEDULED COMPLETED RESCHEDULED NO_SHOW CANCELED"),
        "hs_call_direction": _same("INBOUND OUTBOUND"),
        "hs_call_status": _same("BUSY CANCELED COMPLETED CONNECTING FAILED NO_ANSWER QUEUED RINGING"),
        "hs_email_direction": _same("EMAIL INCOMING_EMAIL FORWARDED_EMAIL"),
        "hs_email_status": _same("BOUNCED FAILED SCHEDULED SENDING SENT"),
        "dealstage": (
            ("appointmentscheduled", "Appointment Scheduled"),
            ("qualifiedtobuy", "Qualified To Buy"),
            ("presentationscheduled", "Presentation Scheduled"),
            ("decisionmakerboughtin", "Decision Maker Bought-In"),
            ("contractsent", "Contract Sent"),
            ("closedwon", "Closed Won"),
            ("closedlost", "Closed Lost"),
        ),
        "pipeline": (("default", "Sales Pipeline"),),
        "industry": _same(INDUSTRIES),
    },
)

EVERYWHERE = """
hs_object_id number number rc recordinformation Record ID
hs_lastmodifieddate datetime date r recordinformation Last Modified Date
hs_object_source enumeration select r recordinformation Record source
hs_object_source_id string text r recordinformation Record source ID
hs_object_source_label enumeration select r recordinformation Record source label
hs_merged_object_ids enumeration checkbox r recordinformation Merged object IDs
hs_unique_creation_key string text ru recordinformation Unique creation key
hubspot_owner_id enumeration select - recordinformation Owner
hubspot_owner_assigneddate datetime date r recordinformation Owner Assigned Date
"""

ACTIVITY = """
hs_createdate datetime date r activityinformation Create Date
hs_timestamp datetime date - activityinformation Activity date
hs_obj_coords string text rc activityinformation Object coordinates
hs_body_preview string text rc activityinformation Body preview
hs_body_preview_html string html rc activityinformation Body preview, HTML
hs_body_preview_is_truncated bool booleancheckbox rc activityinformation Body preview is truncated
hs_attachment_ids enumeration checkbox - activityinformation Attached file IDs
hs_activity_type string text - activityinformation Call and meeting type
hs_all_owner_ids string text rc activityinformation All owner IDs
hs_user_ids_of_all_owners string text rc activityinformation User IDs of all owners
"""

TABLES: Mapping[str, str] = MappingProxyType(
    {
        "companies": """
createdate datetime date r companyinformation Create Date
name string text - companyinformation Company name
domain string text - companyinformation Company Domain Name
website string text - companyinformation Website URL
description string textarea - companyinformation Description
phone string text - companyinformation Phone Number
address string text - companyinformation Street Address
city string text - companyinformation City
state string text - companyinformation State/Region
zip string text - companyinformation Postal Code
country string text - companyinformation Country/Region
industry enumeration select - companyinformation Industry
type enumeration select - companyinformation Type
numberofemployees number number - companyinformation Number of Employees
annualrevenue number number - companyinformation Annual Revenue
lifecyclestage enumeration radio - companyinformation Lifecycle Stage
hs_lead_status enumeration radio - companyinformation Lead Status
hs_v2_date_entered_current_stage datetime calculation_equation r companyinformation Date entered current stage
num_associated_contacts number number rc companyinformation Number of Associated Contacts
notes_last_contacted datetime date r companyinformation Last Contacted
notes_last_updated datetime date r companyinformation Last Activity Date
notes_next_activity_date datetime date r companyinformation Next Activity Date
num_notes number number r companyinformation Number of Sales Activities
linkedin_company_page string text - companyinformation LinkedIn Company Page
facebookfans number number - companyinformation Facebook Fans
is_public bool booleancheckbox - companyinformation Is Public
hs_additional_domains enumeration checkbox - companyinformation Additional Domains
""",
        "deals": """
createdate datetime date r dealinformation Create Date
dealname string text - dealinformation Deal Name
dealstage enumeration radio - dealinformation Deal Stage
pipeline enumeration select - dealinformation Pipeline
amount number number - dealinformation Amount
closedate datetime date - dealinformation Close Date
dealtype enumeration radio - dealinformation Deal Type
hs_is_closed bool booleancheckbox rc dealinformation Is Deal Closed?
hs_is_closed_won bool booleancheckbox rc dealinformation Is Closed Won
num_associated_contacts number number rc dealinformation Number of Associated Contacts
""",
        "tasks": """
hs_task_subject string text - task Task Title
hs_task_body string html - task Task Notes
hs_task_status enumeration select - task Task Status
hs_task_priority enumeration select - task Priority
hs_task_type enumeration select - task Task Type
hs_task_reminders string text - task Reminders
hs_queue_membership_ids enumeration checkbox - task Queue
hs_pipeline string text - task Pipeline
hs_pipeline_stage string text - task Pipeline stage
hs_engagements_last_contacted datetime date rc task Last contacted
hs_start_date_with_fallback datetime date rc task Start date
hs_task_completion_count number number rc task Completion count
hs_task_completion_date datetime date r task Completed at
hs_task_family enumeration select rc task Task family
hs_task_for_object_type string text - task For object type
hs_task_is_all_day bool booleancheckbox - task Is all day
hs_task_is_completed number number rc task Is completed
hs_task_is_completed_call number number rc task Is completed call
hs_task_is_completed_email number number rc task Is completed email
hs_task_is_completed_linked_in number number rc task Is completed LinkedIn
hs_task_is_completed_sequence number number rc task Is completed sequence
hs_task_is_open bool booleancheckbox rc task Is open
hs_task_is_overdue bool booleancheckbox rc task Is overdue
hs_task_is_past_due_date bool booleancheckbox rc task Is past due date
hs_task_is_sub_task bool booleancheckbox rc task Is sub-task
hs_task_missed_due_date bool booleancheckbox rc task Missed due date
hs_task_missed_due_date_count number number rc task Missed due dates
""",
        "notes": "hs_note_body string html - engagement Note body\n",
        "meetings": """
hs_meeting_title string text - engagement Meeting name
hs_meeting_body string html - engagement Meeting description
hs_internal_meeting_notes string html - engagement Internal notes
hs_meeting_start_time datetime date - engagement Meeting start time
hs_meeting_end_time datetime date - engagement Meeting end time
hs_meeting_outcome enumeration select - engagement Meeting outcome
hs_meeting_location string text - engagement Meeting location
hs_meeting_location_type enumeration select - engagement Meeting location type
hs_meeting_external_url string text - engagement Meeting URL
hs_meeting_source string text r engagement Meeting source
hs_meeting_source_id string text r engagement Meeting source ID
hs_engagement_source string text r engagement Engagement source
hs_meeting_created_from_link_id string text r engagement Created from meeting link ID
""",
        "calls": """
hs_call_title string text - engagement Call title
hs_call_body string html - engagement Call notes
hs_call_direction enumeration select - engagement Call direction
hs_call_disposition enumeration select - engagement Call outcome
hs_call_duration number number - engagement Call duration
hs_call_from_number string text - engagement From number
hs_call_to_number string text - engagement To number
hs_call_status enumeration select - engagement Call status
hs_call_source string text r engagement Call source
""",
        "emails": """
hs_email_subject string text - engagement Email subject
hs_email_text string textarea - engagement Email body
hs_email_html string html - engagement Email body, HTML
hs_email_direction enumeration select - engagement Email direction
hs_email_status enumeration select - engagement Email send status
hs_email_headers string text - engagement Email headers
hs_email_from_email string text rc engagement Email from address
hs_email_to_email string text rc engagement Email to address
hs_email_open_count number number r engagement Number of email opens
hs_email_click_count number number r engagement Number of email clicks
hs_email_thread_id string text r engagement Email thread ID
""",
    },
)
