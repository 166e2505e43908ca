import { createHmac, timingSafeEqual } from 'node:crypto'

/**
 * Whether a webhook is signed with the auth token (twilio.com/docs/usage/security): HMAC-SHA1 over the
 * URL as called, then the fields sorted by name.
 *
 * @param url Including the query.
 * @param signature X-Twilio-Signature, in base64.
 */
export function isSignedByTwilio(
  url: string,
  fields: Iterable<readonly [string, string]>,
  signature: string,
  authToken: string,
): boolean {
  const given = Buffer.from(signature, 'base64')
  const text = [...fields]
    .toSorted(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0))
    .map(([name, value]) => `${name}${value}`)
    .join('')
  return addresses(url)
    .map((address) => createHmac('sha1', authToken).update(`${address}${text}`).digest())
    .some((own) => own.length === given.length && timingSafeEqual(own, given))
}

/** Some clients sign the default port as well, and some omit every port. */
function addresses(url: string): string[] {
  const [, origin = '', host = '', rest = ''] =
    /^(https?:\/\/)(\[[^\]]*\]|[^/?:]*)(?::\d+)?(.*)$/s.exec(url) ?? []
  return [url, `${origin}${host}${rest}`, `${origin}${host}:443${rest}`]
}
