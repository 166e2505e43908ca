/** Scripts, styles and data come from the page's own server, and no other page may embed it. */
const directives = {
  'default-src': "'none'",
  'script-src': "'self'",
  'style-src': "'self'",
  'img-src': "'self' data:",
  'font-src': "'self'",
  'connect-src': "'self'",
  'base-uri': "'none'",
  'form-action': "'none'",
  'frame-ancestors': "'none'",
} as const

/** The `Permissions-Policy` of pages that use no camera, microphone or position. */
export const noDevicesPolicy = 'camera=(), microphone=(), geolocation=()'

/**
 * The `Content-Security-Policy` of a page that its server delivers with all its files.
 *
 * @param styleNonce Allows the style elements with this nonce, which a component library inserts.
 * @param more Directives that the page needs in addition, or with another value.
 */
export function contentSecurityPolicy(
  styleNonce?: string,
  more: Readonly<Record<string, string>> = {},
): string {
  const style = styleNonce === undefined ? {} : { 'style-src': `'self' 'nonce-${styleNonce}'` }
  return Object.entries({ ...directives, ...style, ...more })
    .map(([name, value]) => `${name} ${value}`)
    .join('; ')
}
