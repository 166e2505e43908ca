/** Where somebody enrols by himself, for clients that show one text and nothing else. */
export function enrollPortalText(portalUrl: string): string {
  return `Please enroll at ${portalUrl}`
}
