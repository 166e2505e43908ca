const octets = 24

/** A random secret of 32 letters and digits, for a RADIUS client. */
export function makeSecret(): string {
  const random = crypto.getRandomValues(new Uint8Array(octets))
  // base64url without its two signs, which some appliances do not accept
  return btoa(String.fromCharCode(...random))
    .replaceAll('+', 'x')
    .replaceAll('/', 'y')
}
