const kinds: readonly (readonly [RegExp, string, string])[] = [
  [/iPhone/, 'iPhone', 'iOS'],
  [/iPad/, 'iPad', 'iOS'],
  [/Android.*Mobile/, 'Android phone', 'Android'],
  [/Android/, 'Android tablet', 'Android'],
  [/Windows/, 'Windows computer', 'Windows'],
  [/Macintosh/, 'Mac', 'macOS'],
  [/CrOS/, 'Chromebook', 'ChromeOS'],
  [/Linux/, 'Linux computer', 'Linux'],
]

/** What a phone is called before its owner says something better. */
export function proposedName(): string {
  return phoneKind()?.[1] ?? 'My phone'
}

export function platform(): string {
  return phoneKind()?.[2] ?? 'Other'
}

/** Web Push is there only for what stands on the home screen. */
export function needsHomeScreen(): boolean {
  const standing = matchMedia('(display-mode: standalone)').matches
  // an iPad says that it is a Mac
  const touching = /Macintosh/.test(navigator.userAgent) && navigator.maxTouchPoints > 1
  return (platform() === 'iOS' || touching) && !standing
}

function phoneKind(): readonly [RegExp, string, string] | undefined {
  return kinds.find(([form]) => form.test(navigator.userAgent))
}
