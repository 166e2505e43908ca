/** Authentication methods, as the vendor's policy JSON names them. */
export const authMethods = [
  'duo-push',
  'duo-passcode',
  'hardware-token',
  'sms',
  'phonecall',
  'desktop',
  'webauthn-platform',
  'webauthn-roaming',
  'webauthn-require-user-verification',
  'bypass',
  'smart-card',
  'duo-push-pwl',
  'webauthn-platform-pwl',
  'webauthn-roaming-pwl',
  'bypass-pwl',
] as const
export type AuthMethod = (typeof authMethods)[number]

const phoneMethods = { push: 'duo-push', phone: 'phonecall', sms: 'sms' } as const

/** The method of a factor that goes to a phone. */
export function phoneMethod(factor: keyof typeof phoneMethods): AuthMethod {
  return phoneMethods[factor]
}

const passcodeMethods: Readonly<Record<string, AuthMethod>> = {
  bypass_code: 'bypass',
  sms_passcode: 'sms',
  verified_push: 'duo-push',
  duo_mobile_passcode: 'duo-passcode',
  hardware_token: 'hardware-token',
  yubikey_code: 'hardware-token',
}

/**
 * The method of a passcode.
 *
 * @param passcode.factor As the authentication log names it.
 * @param passcode.spoken Whether a call spoke it.
 */
export function passcodeMethod({
  factor,
  spoken = false,
}: {
  readonly factor: string
  readonly spoken?: boolean
}): AuthMethod {
  const method = spoken ? 'phonecall' : passcodeMethods[factor]
  if (method === undefined) throw new Error(`the factor ${factor} has no authentication method`)
  return method
}

const passkeyMethods = ['webauthn-platform', 'webauthn-roaming'] as const

/**
 * The methods of a factor of the authentication log. A passkey is of one of two, and the log doesn't say
 * whether a call spoke a passcode.
 *
 * @returns An empty list for a factor that is not one of a policy, such as a wrong passcode.
 */
export function loggedMethods(factor: string): readonly AuthMethod[] {
  if (factor === 'passkey') return passkeyMethods
  const method = { ...phoneMethods, ...passcodeMethods }[factor]
  return method === undefined ? [] : [method]
}

const capabilityMethods = { ...phoneMethods, mobile_otp: 'duo-passcode' } as const

/** What remains of a phone's capabilities; `auto` needs a push or a call. */
export function allowedCapabilities<Capability extends string>(
  capabilities: readonly Capability[],
  blocked: ReadonlySet<AuthMethod>,
): Capability[] {
  const isAllowed = (capability: string): boolean => {
    const method = Object.entries(capabilityMethods).find(([name]) => name === capability)?.[1]
    return method !== undefined && !blocked.has(method)
  }
  const allowed = capabilities.filter(isAllowed)
  const asksByItself = allowed.some((name) => name === 'push' || name === 'phone')
  return capabilities.filter((name) => (name === 'auto' ? asksByItself : allowed.includes(name)))
}

/** The methods of a phone with these capabilities. */
export function methodsOfPhone(capabilities: readonly string[]): AuthMethod[] {
  return Object.entries(capabilityMethods)
    .filter(([capability]) => capabilities.includes(capability))
    .map(([, method]) => method)
}
