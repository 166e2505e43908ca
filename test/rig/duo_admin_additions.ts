import { boolean, emptyList, fields, integer, nullable, text } from './answer_shape.ts'

/** Fields that we add on purpose, and why. Clients must accept fields that they don't know. */
export const ours = {
  /** duo_client_python adds both to each row, and scripts that were written with it expect them. */
  logV1: { eventtype: text, host: text },
  /** Older documentation lists them; scripts of that time read them. */
  integration: { ip_whitelist: emptyList, ip_whitelist_enroll_policy: text, visual_style: text },
  /** Where the first group of a policy stands in the stack of an application; there is no other way to see it. */
  policyPlace: { group_position: nullable(integer) },
  /** Settings that the vendor's product doesn't have; docs/settings.md says what each means. */
  settings: {
    ...fields(boolean, ['two_person_approval']),
    ...fields(text, ['call_language', 'fraud_action']),
    ...fields(integer, [
      'admin_bypass_codes_per_hour',
      'admin_exports_per_hour',
      'admin_invitations_per_hour',
      'admin_session_hours',
      'admin_session_idle_minutes',
      'admin_unlocks_per_hour',
      'approval_hours',
      'bypass_hours',
      'call_all_per_hour',
      'call_number_per_day',
      'call_number_per_hour',
      'call_user_per_day',
      'call_user_per_hour',
      'enrolment_first_reminder_days',
      'enrolment_link_hours',
      'enrolment_reminders',
      'enrolment_second_reminder_days',
      'push_fatigue_limit',
      'push_fatigue_minutes',
      'sms_all_per_hour',
      'sms_number_per_day',
      'sms_number_per_hour',
      'sms_user_per_day',
      'sms_user_per_hour',
    ]),
  },
} as const
