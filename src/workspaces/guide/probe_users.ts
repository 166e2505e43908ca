/**
 * Users that AWS Directory Service invents when MFA is enabled: each controller asks once for one of them, to see whether
 * the RADIUS server answers. The first is observed (vzakharchenko/keycloak-radius-plugin#588), the second is not verified.
 */
export const probeUsers = ['fakeusername', 'awsfakeuser'] as const
