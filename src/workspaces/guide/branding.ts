/** The platforms of `ImportClientBranding`, by the names of its parameters. */
export const brandingPlatforms = [
  'DeviceTypeWindows',
  'DeviceTypeOsx',
  'DeviceTypeAndroid',
  'DeviceTypeIos',
  'DeviceTypeLinux',
  'DeviceTypeWeb',
] as const
export type BrandingPlatform = (typeof brandingPlatforms)[number]

/** What the message tells users. */
export interface BrandingText {
  /** Shown in the sentence about the app. */
  readonly appName: string
  /** Where users enrol and manage their devices; a link in the message. */
  readonly portalUrl?: string | undefined
  /** The mail address of the help desk. `SupportEmail` or `SupportLink` is required by AWS. */
  readonly supportEmail?: string | undefined
  readonly supportLink?: string | undefined
  /** In place of the generated message, in the subset of HTML that AWS allows. */
  readonly message?: string | undefined
}

/** Attributes that a platform can have. */
type PlatformBranding = Readonly<Record<string, unknown>>

/** What `aws workspaces describe-client-branding` prints, without the resource. */
export type ExistingBranding = Readonly<Partial<Record<BrandingPlatform, PlatformBranding>>>

export interface BrandingPlan {
  /** The JSON for `aws workspaces import-client-branding --cli-input-json`. */
  readonly input: Readonly<Record<string, unknown>>
  /** What would be lost, or can't be carried over. */
  readonly warnings: readonly string[]
}

/** Thrown for a message that AWS would refuse. */
export class BrandingError extends Error {
  override readonly name = 'BrandingError'
}

const maxMessageLength = 2000
const locale = 'en_US'
/** Elements that AWS documents for the login message. */
const allowedTags = new Set([
  'a',
  'b',
  'blockquote',
  'br',
  'cite',
  'code',
  'dd',
  'dl',
  'dt',
  'div',
  'em',
  'i',
  'li',
  'ol',
  'p',
  'pre',
  'q',
  'small',
  'span',
  'strike',
  'strong',
  'sub',
  'sup',
  'u',
  'ul',
])

/** The message under the sign-in form: what to enter as "MFA Code". */
export function loginMessage({ appName, portalUrl, message }: BrandingText): string {
  if (message !== undefined) return checkMessage(message)
  const portal =
    portalUrl === undefined
      ? ''
      : `<p>New phone, or no device yet? <a href="${escapeHtml(checkUrl(portalUrl))}">Enrol here</a>.</p>`
  return checkMessage(
    `<p><b>MFA Code:</b> type <b>push</b> and approve the sign-in in ${escapeHtml(appName)}, or type the six digits that the app shows.</p>${portal}`,
  )
}

/** @throws {BrandingError} with the first thing that AWS refuses. */
export function checkMessage(message: string): string {
  if (message.length > maxMessageLength) {
    throw new BrandingError(
      `the message has ${message.length} characters; AWS allows ${maxMessageLength}`,
    )
  }
  for (const [, slash, name = '', attributes = ''] of message.matchAll(
    /<(\/?)([a-z][a-z0-9]*)([^>]*)>/gi,
  )) {
    const tag = name.toLowerCase()
    if (!allowedTags.has(tag)) {
      throw new BrandingError(
        `<${name}> is not allowed in the message; use ${[...allowedTags].join(', ')}`,
      )
    }
    const hasOnlyHref = /^\s*(href="https?:\/\/[^"<>]*"\s*)?\/?$/i.test(attributes)
    if (slash === '' && !hasOnlyHref) {
      throw new BrandingError(
        `<${name}${attributes}> has attributes that are not allowed; only <a href="https://…"> has one`,
      )
    }
  }
  return message
}

/**
 * The call of `ImportClientBranding` for some platforms. AWS overwrites a platform as a whole: attributes
 * that are not given are removed. So what is there is merged in.
 *
 * @param resourceId The directory: `d-…`.
 */
export function planBranding(
  resourceId: string,
  platforms: readonly BrandingPlatform[],
  text: BrandingText,
  existing: ExistingBranding = {},
): BrandingPlan {
  const message = loginMessage(text)
  const warnings: string[] = []
  const entries = platforms.map((platform) => {
    const before = existing[platform] ?? {}
    const { LogoUrl: logo, Logo2xUrl: logo2x, Logo3xUrl: logo3x, ...kept } = before
    if ([logo, logo2x, logo3x].some((url) => url !== undefined)) {
      warnings.push(
        `${platform}: the logo can't be read back from AWS. Add it to the JSON as "Logo" (base64), or AWS removes it`,
      )
    }
    const { LoginMessage: messages } = before
    const others = typeof messages === 'object' && messages !== null ? messages : {}
    if (locale in others) warnings.push(`${platform}: the existing message is replaced`)
    const support = supportOf(text, kept)
    if (support === undefined) {
      throw new BrandingError(
        `${platform} needs a support address: AWS requires SupportEmail or SupportLink`,
      )
    }
    const { SupportEmail: _email, SupportLink: _link, ...rest } = kept
    return [
      platform,
      { ...rest, ...support, LoginMessage: { ...others, [locale]: message } },
    ] as const
  })
  return { input: { ResourceId: resourceId, ...Object.fromEntries(entries) }, warnings }
}

/** A platform has one of both. */
function supportOf(
  { supportEmail, supportLink }: BrandingText,
  kept: PlatformBranding,
): PlatformBranding | undefined {
  if (supportLink !== undefined) return { SupportLink: checkUrl(supportLink) }
  if (supportEmail !== undefined) return { SupportEmail: supportEmail }
  const { SupportEmail: email, SupportLink: link } = kept
  if (link !== undefined) return { SupportLink: link }
  return email === undefined ? undefined : { SupportEmail: email }
}

function checkUrl(url: string): string {
  if (/^https?:\/\/[^\s"<>]+$/.test(url)) return url
  throw new BrandingError(`'${url}' is not a web address; it must begin with https://`)
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
