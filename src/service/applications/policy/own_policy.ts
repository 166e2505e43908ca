import type { EffectivePolicy, PolicyLayer } from './policy_layers.ts'
import { isObject, readSection } from './policy_sections.ts'

const defaultCodeDigits = 4

/**
 * Digits of the code that the portal or the Admin Panel shows with a push: those of its own policy. Group
 * policies don't count, because at the portal the length must not reveal whether a user exists.
 */
export function ownCodeDigits(layers: readonly PolicyLayer[]): number {
  const own = layers.find(({ level }) => level === 'application')
  const methods = own?.policy.sections.authentication_methods
  if (!isObject(methods) || methods.verified_push_digits === undefined) return defaultCodeDigits
  return readSection('authentication_methods', methods)?.verified_push_digits ?? defaultCodeDigits
}

/**
 * The policy of the service's own applications. At the portal, users sign in without a password, so anyone
 * can request a push; at the Admin Panel, a push signs in an administrator. Therefore a push always requires
 * a code, and no policy lets in an unknown user or one without a second factor.
 *
 * @param codeDigits From `ownCodeDigits`.
 */
export function ownPolicy(policy: EffectivePolicy, codeDigits: number): EffectivePolicy {
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
