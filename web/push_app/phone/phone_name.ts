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

/** The default name of a phone. */
export function proposedName(): string {
  return phoneKind()?.[1] ?? 'My phone'
}

export function platform(): string {
  return phoneKind()?.[2] ?? 'Other'
}

/** iOS supports Web Push only for apps on the home screen. */
export function needsHomeScreen(): boolean {
  const standalone = matchMedia('(display-mode: standalone)').matches
  // iPads identify themselves as Macs
  const touching = /Macintosh/.test(navigator.userAgent) && navigator.maxTouchPoints > 1
  return (platform() === 'iOS' || touching) && !standalone
}

function phoneKind(): readonly [RegExp, string, string] | undefined {
  return kinds.find(([form]) => form.test(navigator.userAgent))
}
