/** iPads call themselves Macs, but have a touch screen. */
const isApple =
  /iPhone|iPad/.test(navigator.userAgent) ||
  (/Macintosh/.test(navigator.userAgent) && navigator.maxTouchPoints > 1)

/** Whether this browser runs on a phone or tablet, which could be the user's device itself. */
export const isPhone = isApple || /Android/.test(navigator.userAgent)
