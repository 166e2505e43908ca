import { isSectionName, type SectionName, sectionNames } from './policy_sections.ts'

/** A section in words, for administrators. */
export interface SectionDescription {
  readonly section: string
  readonly title: string
  readonly description: string
  /** Whether the service evaluates it; otherwise it is kept unchanged, and has no effect. */
  readonly isEnforced: boolean
}

type Words = readonly [title: string, description: string]

const enforced: Readonly<Record<SectionName, Words>> = {
  new_user: ['New users', 'What happens to a name that no user has.'],
  authentication_policy: [
    'Second factor',
    'Whether users need a second factor, need none, or are denied.',
  ],
  authentication_methods: [
    'Methods',
    'Methods that users can’t use, and whether a push asks for a code.',
  ],
  authorized_networks: [
    'Networks',
    'Networks that are denied, that always need a second factor, or that need none.',
  ],
  user_without_device: [
    'Users without a device',
    'What happens to users who exist and have nothing to sign in with.',
  ],
  access_hours: ['Hours', 'When sign-ins are allowed.'],
  lockout: ['Lockout', 'How many wrong passcodes lock a user, and for how long.'],
  push_fatigue: ['Push limit', 'How many unapproved pushes a user gets before they are held back.'],
}

/** Sections of the vendor that the service keeps and returns. */
const kept: Readonly<Record<string, Words>> = {
  remembered_devices: ['Remembered devices', 'How long a browser stays trusted after a sign-in.'],
  anonymous_networks: [
    'Anonymous networks',
    'What happens to requests from Tor and anonymous proxies.',
  ],
  user_location: ['Location', 'What happens to requests from some countries.'],
  risk_based_factor_selection: [
    'Risk-based methods',
    'Which methods remain after a risky sign-in.',
  ],
  trusted_endpoints: [
    'Trusted endpoints',
    'Whether only managed computers and phones are allowed.',
  ],
  duo_desktop: ['Desktop app', 'What the desktop app must report about a computer.'],
  health_checks: ['Device health', 'What the desktop app must report about a computer.'],
  operating_systems: ['Operating systems', 'Which operating systems are denied or get a warning.'],
  browsers: ['Browsers', 'Which browsers are denied or get a warning.'],
  plugins: ['Plugins', 'Which browser plugins are denied or get a warning.'],
  duo_mobile_app: ['Phone app version', 'Which versions of the phone app are denied.'],
  tampered_devices: ['Tampered phones', 'Whether rooted phones are denied.'],
  screen_lock: ['Screen lock', 'Whether a phone needs a screen lock.'],
  full_disk_encryption: ['Disk encryption', 'Whether a phone must be encrypted.'],
  mobile_device_biometrics: ['Biometrics', 'Whether an approval needs a fingerprint or a face.'],
}

/** Every enforced section, then those of `others` that are kept. */
export function describeSections(others: readonly string[]): readonly SectionDescription[] {
  return [...sectionNames, ...others.filter((name) => !isSectionName(name))].map(describeSection)
}

/** A section that this version does not know is described by its name. */
export function describeSection(section: string): SectionDescription {
  const isEnforced = isSectionName(section)
  const known = isEnforced
    ? enforced[section]
    : Object.hasOwn(kept, section)
      ? kept[section]
      : undefined
  const [title, description] = known ?? [section, 'This version does not know the section.']
  return { section, title, description, isEnforced }
}
