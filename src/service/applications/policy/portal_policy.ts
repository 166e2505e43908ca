import { type EffectivePolicy, mergeLayers, type PolicyLayer } from './policy_layers.ts'
import { type ConfiguredLimits, isObject } from './policy_sections.ts'

const defaultCodeDigits = 4

/**
 * Digits of the code that the portal shows with a push: those of its own policy. Group policies don't
 * count, because the length must not reveal whether a user exists.
 */
export function portalCodeDigits(layers: readonly PolicyLayer[], limits: ConfiguredLimits): number {
  const own = layers.filter(({ level }) => level === 'application')
  const sets = own.some(({ policy: { sections } }) => {
    const { authentication_methods: methods } = sections
    return isObject(methods) && methods.verified_push_digits !== undefined
  })
  if (!sets) return defaultCodeDigits
  return mergeLayers(own, limits).rules.authentication_methods.verified_push_digits
}

/**
 * The policy of the portal, where users sign in without a password. Anyone can request a push there,
 * so a push always requires a code, and no policy lets in an unknown user or one without a second
 * factor.
 *
 * @param codeDigits As `portalCodeDigits` says.
 */
export function portalPolicy(policy: EffectivePolicy, codeDigits: number): EffectivePolicy {
  const { rules } = policy
  const { authentication_methods: methods, authorized_networks: networks } = rules
  const { user_auth_behavior: behavior } = rules.authentication_policy
  return {
    ...policy,
    rules: {
      ...rules,
      new_user: { new_user_behavior: 'deny' },
      user_without_device: { behavior: 'deny' },
      authentication_policy: { user_auth_behavior: behavior === 'deny' ? 'deny' : 'enforce' },
      authentication_methods: {
        ...methods,
        require_verified_push: true,
        verified_push_digits: codeDigits,
      },
      authorized_networks: {
        ...networks,
        no_2fa_required: { ...networks.no_2fa_required, ip_list: [] },
        // the addresses of that list stay allowed, with a second factor
        mfa_required: {
          ip_list: [...networks.mfa_required.ip_list, ...networks.no_2fa_required.ip_list],
        },
      },
    },
  }
}
