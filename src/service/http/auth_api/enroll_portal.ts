/** Where users enrol by themselves. */
export function enrollPortalUrl(apiHost: string): string {
  return `https://${apiHost}/portal`
}

/** The same, for clients that show one text and nothing else. */
export function enrollPortalText(portalUrl: string): string {
  return `Please enroll at ${portalUrl}`
}
