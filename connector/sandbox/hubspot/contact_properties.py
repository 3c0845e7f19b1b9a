"""What HubSpot defines for contacts: the properties a portal has before anybody adds one."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

LIFECYCLE = (
    ("subscriber", "Subscriber"),
    ("lead", "Lead"),
    ("marketingqualifiedlead", "Marketing Qualified Lead"),
    ("salesqualifiedlead", "Sales Qualified Lead"),
    ("opportunity", "Opportunity"),
    ("customer", "Customer"),
    ("evangelist", "Evangelist"),
    ("other", "Other"),
)

OPTIONS: Mapping[str, tuple[tuple[str, str], ...]] = MappingProxyType(
    {
        "lifecyclestage": LIFECYCLE,
        "hs_lead_status": (
            ("NEW", "New"),
            ("OPEN", "Open"),
            ("IN_PROGRESS", "In Progress"),
            ("OPEN_DEAL", "Open Deal"),
            ("UNQUALIFIED", "Unqualified"),
            ("ATTEMPTED_TO_CONTACT", "Attempted to Contact"),
            ("CONNECTED", "Connected"),
            ("BAD_TIMING", "Bad Timing"),
        ),
        "hs_analytics_source": (
            ("ORGANIC_SEARCH", "Organic Search"),
            ("PAID_SEARCH", "Paid Search"),
            ("EMAIL_MARKETING", "Email Marketing"),
            ("SOCIAL_MEDIA", "Organic Social"),
            ("REFERRALS", "Referrals"),
            ("OTHER_CAMPAIGNS", "Other Campaigns"),
            ("DIRECT_TRAFFIC", "Direct Traffic"),
            ("OFFLINE", "Offline Sources"),
            ("PAID_SOCIAL", "Paid Social"),
        ),
        "hs_legal_basis": (
            ("Legitimate interest \N{EN DASH} prospect/lead", "Legitimate interest - prospect/lead"),
            ("Legitimate interest \N{EN DASH} existing customer", "Legitimate interest - existing customer"),
            ("Legitimate interest - other", "Legitimate interest - other"),
            ("Performance of a contract", "Performance of a contract"),
            ("Freely given consent from contact", "Freely given consent from contact"),
            ("Not applicable", "Not applicable"),
        ),
        "hs_marketable_status": (("true", "Marketing contact"), ("false", "Non-marketing contact")),
        "numemployees": tuple(
            (size, size) for size in ("1-5", "5-25", "25-50", "50-100", "100-500", "500-1000", "1000+")
        ),
    },
)

TABLE = """
address string text - contactinformation Street Address
annualrevenue string text - contactinformation Annual Revenue
associatedcompanyid number number - contactinformation Associated Company ID
associatedcompanylastupdated number number r contactinformation Associated Company Last Updated
city string text - contactinformation City
closedate datetime date - deal_information Close Date
company string text - contactinformation Company Name
country string text - contactinformation Country/Region
createdate datetime date r contactinformation Create Date
currentlyinworkflow enumeration booleancheckbox r contact_activity Currently in workflow
days_to_close number number rc deal_information Days To Close
email string text - contactinformation Email
engagements_last_meeting_booked datetime date r contact_activity Date of last meeting booked in meetings tool
engagements_last_meeting_booked_campaign string text r contact_activity Campaign of last booking in meetings tool
engagements_last_meeting_booked_medium string text r contact_activity Medium of last booking in meetings tool
engagements_last_meeting_booked_source string text r contact_activity Source of last booking in meetings tool
fax string text - contactinformation Fax Number
first_conversion_date datetime date rc contact_activity First Conversion Date
first_conversion_event_name string text rc contact_activity First Conversion
first_deal_created_date datetime date r deal_information First Deal Created Date
firstname string text - contactinformation First Name
hs_additional_emails enumeration select rc contactinformation Additional email addresses
hs_all_accessible_team_ids enumeration select r contactinformation All accessible team ids
hs_all_assigned_business_unit_ids enumeration checkbox - contactinformation Business units
hs_all_contact_vids enumeration select rc contactinformation All vids for a contact
hs_all_owner_ids enumeration select r contactinformation All owner ids
hs_all_team_ids enumeration select r contactinformation All team ids
hs_analytics_average_page_views number number r analyticsinformation Average Pageviews
hs_analytics_first_referrer string text r analyticsinformation First Referring Site
hs_analytics_first_timestamp datetime date r analyticsinformation Time First Seen
hs_analytics_first_touch_converting_campaign string text r analyticsinformation First Touch Converting Campaign
hs_analytics_first_url string text r analyticsinformation First Page Seen
hs_analytics_first_visit_timestamp datetime date r analyticsinformation Time of First Session
hs_analytics_last_referrer string text r analyticsinformation Last Referring Site
hs_analytics_last_timestamp datetime date r analyticsinformation Time Last Seen
hs_analytics_last_touch_converting_campaign string text r analyticsinformation Last Touch Converting Campaign
hs_analytics_last_url string text r analyticsinformation Last Page Seen
hs_analytics_last_visit_timestamp datetime date r analyticsinformation Time of Last Session
hs_analytics_num_event_completions number number r analyticsinformation Number of event completions
hs_analytics_num_page_views number number r analyticsinformation Number of Pageviews
hs_analytics_num_visits number number r analyticsinformation Number of Sessions
hs_analytics_revenue number number r analyticsinformation Event Revenue
hs_analytics_source enumeration select - analyticsinformation Original Source
hs_analytics_source_data_1 string text r analyticsinformation Original Source Drill-Down 1
hs_analytics_source_data_2 string text r analyticsinformation Original Source Drill-Down 2
hs_associated_target_accounts number calculation_rollup rc contactinformation Associated target accounts
hs_avatar_filemanager_key string text r contactinformation Avatar FileManager key
hs_buying_role enumeration checkbox - deal_information Buying Role
hs_calculated_form_submissions enumeration select rc contactinformation All form submissions for a contact
hs_calculated_merged_vids enumeration select rc contactinformation Merged vids with timestamps of a contact
hs_created_by_conversations bool booleancheckbox r contactinformation Created By Conversations
hs_created_by_user_id number number r contactinformation Created by user ID
hs_createdate datetime date r contactinformation Object create date/time
hs_currently_enrolled_in_prospecting_agent bool booleancheckbox r contactinformation Currently enrolled in prospecting
hs_document_last_revisited datetime date r contactinformation Recent Document Revisit Date
hs_email_bad_address bool booleancheckbox r emailinformation Invalid email address
hs_email_bounce number number r emailinformation Marketing emails bounced
hs_email_click number number r emailinformation Marketing emails clicked
hs_email_customer_quarantined_reason enumeration select - emailinformation Email address quarantine reason
hs_email_delivered number number r emailinformation Marketing emails delivered
hs_email_domain string text rc contactinformation Email Domain
hs_email_first_click_date datetime date r emailinformation First marketing email click date
hs_email_first_open_date datetime date r emailinformation First marketing email open date
hs_email_first_reply_date datetime date r emailinformation First marketing email reply date
hs_email_first_send_date datetime date r emailinformation First marketing email send date
hs_email_hard_bounce_reason string text r emailinformation Email hard bounce reason
hs_email_hard_bounce_reason_enum enumeration radio r emailinformation Email hard bounce reason
hs_email_is_ineligible bool booleancheckbox r emailinformation Is globally ineligible
hs_email_last_click_date datetime date r emailinformation Last marketing email click date
hs_email_last_email_name string text r emailinformation Last marketing email name
hs_email_last_open_date datetime date r emailinformation Last marketing email open date
hs_email_last_reply_date datetime date r emailinformation Last marketing email reply date
hs_email_last_send_date datetime date r emailinformation Last marketing email send date
hs_email_open number number r emailinformation Marketing emails opened
hs_email_optout bool booleancheckbox r emailinformation Unsubscribed from all email
hs_email_quarantined bool booleancheckbox r emailinformation Email Address Quarantined
hs_email_quarantined_reason enumeration select r emailinformation Email address automated quarantine reason
hs_email_recipient_fatigue_recovery_time datetime date r emailinformation Email Address Recipient Fatigue Next
hs_email_replied number number r emailinformation Marketing emails replied
hs_email_sends_since_last_engagement number number r emailinformation Sends Since Last Engagement
hs_first_engagement_object_id number number rc contactinformation ID of first engagement
hs_first_subscription_create_date datetime calculation_rollup r contactinformation First subscription create date
hs_full_name_or_email string calculation_equation rc contactinformation Full name or email
hs_has_active_subscription number calculation_rollup r contactinformation Contact has an active subscription
hs_ip_timezone string text r conversioninformation IP Timezone
hs_is_contact bool calculation_read_time rc contactinformation Is a contact
hs_is_unworked bool calculation_equation r sales_properties Contact unworked
hs_language enumeration select - contactinformation Preferred language
hs_last_sales_activity_date datetime date r contactinformation last sales activity date old
hs_last_sales_activity_timestamp datetime date r contact_activity Last Engagement Date
hs_lastmodifieddate datetime date r contactinformation Object last modified date/time
hs_latest_meeting_activity datetime date r contactinformation Latest meeting activity
hs_latest_sequence_ended_date datetime date rc contactinformation Last sequence ended date
hs_latest_sequence_enrolled number number r contactinformation Last sequence enrolled
hs_latest_sequence_enrolled_date datetime date r contactinformation Last sequence enrolled date
hs_latest_sequence_finished_date datetime date r contactinformation Last sequence finished date
hs_latest_sequence_unenrolled_date datetime date r contactinformation Last sequence unenrolled date
hs_latest_source enumeration select - analyticsinformation Latest Source
hs_latest_source_data_1 string text r analyticsinformation Latest Source Drill-Down 1
hs_latest_source_data_2 string text r analyticsinformation Latest Source Drill-Down 2
hs_latest_source_timestamp date date - analyticsinformation Latest Source Date
hs_latest_subscription_create_date datetime calculation_rollup r contactinformation Latest subscription create date
hs_lead_status enumeration radio - sales_properties Lead Status
hs_legal_basis enumeration checkbox - emailinformation Legal basis for processing contact's data
hs_marketable_reason_id string text r contactinformation Marketing contact status source name
hs_marketable_reason_type enumeration select r contactinformation Marketing contact status source type
hs_marketable_status enumeration booleancheckbox r contactinformation Marketing contact status
hs_membership_has_accessed_private_content number number r contactinformation Has accessed private content
hs_merged_object_ids enumeration checkbox r contactinformation Merged object IDs
hs_object_id number number rc contactinformation Contact ID
hs_object_source enumeration select r contactinformation Record source
hs_object_source_id string text r contactinformation Record source ID
hs_object_source_label enumeration select r contactinformation Record source label
hs_persona enumeration select - contactinformation Persona
hs_pipeline enumeration select - contactinformation Pipeline
hs_predictivecontactscore number number r contact_activity Predictive Lead Score
hs_predictivecontactscore_v2 number number r contact_activity Likelihood to close
hs_predictivecontactscorebucket enumeration radio r contact_activity Lead Rating
hs_predictivescoringtier enumeration radio r contact_activity Contact priority
hs_prospecting_agent_actively_enrolled_count number number r contactinformation Prospecting agent active enrolments
hs_prospecting_agent_total_enrolled_count number number r contactinformation Prospecting agent enrolments
hs_registered_member number number r contactinformation Registered member
hs_sa_first_engagement_date datetime date r contactinformation Date of first engagement
hs_sa_first_engagement_descr enumeration select rc contactinformation Description of first engagement
hs_sa_first_engagement_object_type enumeration select rc contactinformation Type of first engagement
hs_sales_email_last_clicked datetime date r contact_activity Recent Sales Email Clicked Date
hs_sales_email_last_opened datetime date r contact_activity Recent Sales Email Opened Date
hs_sales_email_last_replied datetime date r contact_activity Recent Sales Email Replied Date
hs_searchable_calculated_phone_number string text rc contactinformation Calculated Phone Number without country code
hs_sequences_actively_enrolled_count number number r contactinformation Number of sequences actively enrolled
hs_sequences_enrolled_count number number r contactinformation Number of sequences enrolled
hs_sequences_is_enrolled bool booleancheckbox rc contact_activity Currently in Sequence
hs_timezone enumeration select - contactinformation Time Zone
hs_unique_creation_key string text ru contactinformation Unique creation key
hs_updated_by_user_id number number r contactinformation Updated by user ID
hs_user_ids_of_all_notification_followers enumeration checkbox r contactinformation User IDs of all notification
hs_user_ids_of_all_notification_unfollowers enumeration checkbox r contactinformation User IDs of all notification
hs_user_ids_of_all_owners enumeration checkbox r contactinformation User IDs of all owners
hs_v2_date_entered_current_stage datetime calculation_equation r contactlcs Date entered current stage
hs_v2_time_in_current_stage datetime calculation_equation r contactlcs Time in current stage
hs_whatsapp_phone_number string text - contactinformation WhatsApp Phone Number
hubspot_owner_assigneddate datetime date r sales_properties Owner Assigned Date
hubspot_owner_id enumeration select - sales_properties Contact owner
hubspot_team_id enumeration select r sales_properties HubSpot Team
hubspotscore number calculation_score r sales_properties HubSpot Score
industry string text - contactinformation Industry
jobtitle string text - contactinformation Job Title
lastmodifieddate datetime date r contactinformation Last Modified Date
lastname string text - contactinformation Last Name
lifecyclestage enumeration radio - contactinformation Lifecycle Stage
message string textarea - contact_activity Message
mobilephone string text - contactinformation Mobile Phone Number
notes_last_contacted datetime date r contact_activity Last Contacted
notes_last_updated datetime date r contact_activity Last Activity Date
notes_next_activity_date datetime date r contact_activity Next Activity Date
num_associated_deals number number r deal_information Number of Associated Deals
num_contacted_notes number number r contact_activity Number of times contacted
num_conversion_events number number rc conversioninformation Number of Form Submissions
num_notes number number r contact_activity Number of Sales Activities
num_unique_conversion_events number number rc conversioninformation Number of Unique Forms Submitted
numemployees enumeration select - contactinformation Number of Employees
phone string text - contactinformation Phone Number
recent_conversion_date datetime date rc conversioninformation Recent Conversion Date
recent_conversion_event_name string text rc conversioninformation Recent Conversion
recent_deal_amount number number r deal_information Recent Deal Amount
recent_deal_close_date datetime date r deal_information Recent Deal Close Date
salutation string text - contactinformation Salutation
state string text - contactinformation State/Region
surveymonkeyeventlastupdated number number r contactinformation SurveyMonkey Event Last Updated
total_revenue number number r deal_information Total Revenue
twitterhandle string text - contactinformation Twitter Username
webinareventlastupdated number number r contactinformation Webinar Event Last Updated
website string text - contactinformation Website URL
zip string text - contactinformation Postal Code
"""
"""Rows of name, type, widget, flags (r read-only, c calculated, u unique), group and label."""
