import type { SectionKind } from '../../config/option.ts'

/** A kind of section in `authproxy.cfg`. */
export interface ProxySectionKind extends SectionKind {
  /** `client` sections check the password, `server` sections listen. */
  readonly role: 'global' | 'client' | 'server' | 'other'
}
