const radius = 20
const around = 2 * Math.PI * radius

interface RingParts {
  /** From 1 to 0. */
  readonly left: number
  readonly secs: number
  readonly hurry: boolean
}

/** A countdown ring. Decorative: the remaining time is also in a text. */
export function Ring({ left, secs, hurry }: RingParts) {
  return (
    <svg className={hurry ? 'ring ring-hurry' : 'ring'} viewBox="0 0 48 48" aria-hidden="true">
      <circle cx="24" cy="24" r={radius} className="ring-track" />
      <circle
        cx="24"
        cy="24"
        r={radius}
        className="ring-left"
        strokeDasharray={around}
        strokeDashoffset={around * (1 - left)}
      />
      <text x="24" y="24">
        {secs}
      </text>
    </svg>
  )
}
