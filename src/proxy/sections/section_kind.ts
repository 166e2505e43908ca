import type { ConfigFile } from '../../config/config_file.ts'
import type { SectionKind } from '../../config/option.ts'
import type { Report } from '../../config/problem.ts'
import type { Section } from '../../config/section.ts'
import type { ServerSection } from './proxy_config.ts'
import type { Unprotect } from './secret_setting.ts'

/** What the reader of a server section needs besides the section. */
export interface ServerContext {
  readonly config: ConfigFile<ProxySectionKind>
  /** Path of the configuration; relative paths in it start there. */
  readonly file: string
  /** Without it, protected secrets read as unset. */
  readonly decrypt: Unprotect | undefined
  readonly report: Report
}

/** A kind of section in `authproxy.cfg`. */
export interface ProxySectionKind extends SectionKind {
  /** `client` sections check the password, `server` sections listen. */
  readonly role: 'global' | 'client' | 'server' | 'other'
  /** Reads a section of this kind; only supported server sections have it. */
  readonly read?: (section: Section, context: ServerContext) => ServerSection
}
