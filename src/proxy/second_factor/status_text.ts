import type { AuthAnswer } from '../../duo/index.ts'

/** What the API says about a sign-in: for logs, and for the user where that differs. */
interface StatusText {
  readonly message: string
  readonly userMessage?: string
}

/**
 * Splits the text of an answer. Anyone who has an enrolment link can enrol as that user, so only the
 * user sees links, whether they come in a key of their own or in the text.
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
