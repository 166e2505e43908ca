import type { AuthAnswer } from '../../duo/index.ts'

/** What the user sees if the API answers others, but not this login. */
export const busy = 'The sign-in service is busy. Please try again.'

/** The API's text about a login. */
interface StatusText {
  /** For logs. */
  readonly message: string
  /** For the user, if it differs. */
  readonly userMessage?: string
}

/**
 * Splits the text of an answer. Anyone who has an enrolment link can enrol as that user, so only the
 * user sees links, both from `enroll_portal_url` and from the text itself.
 */
export function statusText({
  status_msg,
  enroll_portal_url = '',
}: Pick<AuthAnswer, 'status_msg' | 'enroll_portal_url'>): StatusText {
  const message = withoutLinks(status_msg, enroll_portal_url)
  const userMessage = status_msg.includes(enroll_portal_url)
    ? status_msg
    : `${status_msg} ${enroll_portal_url}`.trim()
  return userMessage === message ? { message } : { message, userMessage }
}

function withoutLinks(text: string, portal: string): string {
  const withoutPortal = portal === '' ? text : text.replaceAll(portal, '[link]')
  return withoutPortal.replace(/\bhttps?:\/\/\S+/gi, '[link]')
}
