/** The enrolment link, for clients that only show text. */
export function enrollPortalText(portalUrl: string): string {
  return `Please enroll at ${portalUrl}`
}
