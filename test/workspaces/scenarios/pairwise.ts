/** Values that each factor of a test can have. */
export type Factors = Readonly<Record<string, readonly unknown[]>>
type Row = Readonly<Record<string, unknown>>

/**
 * Completes rows with values of further factors, so that as many pairs and triples of values as possible meet in some
 * row. Always gives the same result.
 *
 * @param rows Rows with values of the factors that are already chosen.
 */
export function completeRows<Given extends Row>(
  rows: readonly Given[],
  factors: Factors,
): readonly (Given & Row)[] {
  const seen = new Set<string>()
  const choices = combinations(factors)
  return rows.map((row) => {
    let best: { readonly row: Given & Row; readonly score: number } | undefined
    for (const choice of choices) {
      const candidate = { ...row, ...choice }
      const score = tuples(candidate).reduce(
        (sum, { key, weight }) => sum + (seen.has(key) ? 0 : weight),
        0,
      )
      if (best === undefined || score > best.score) best = { row: candidate, score }
    }
    const chosen = best?.row ?? row
    for (const { key } of tuples(chosen)) seen.add(key)
    return chosen
  })
}

/** @returns Pairs of values that meet in no row. */
export function missingPairs(rows: readonly Row[], factors: Factors): readonly string[] {
  const met = new Set(rows.flatMap((row) => pairs(Object.entries(row))))
  const names = Object.keys(factors)
  return names
    .flatMap((name, index) =>
      names.slice(index + 1).flatMap((other) =>
        (factors[name] ?? []).flatMap((value) =>
          (factors[other] ?? []).map((otherValue) =>
            keyOf([
              [name, value],
              [other, otherValue],
            ]),
          ),
        ),
      ),
    )
    .filter((pair) => !met.has(pair))
}

function combinations(factors: Factors): readonly Row[] {
  let rows: readonly Row[] = [{}]
  for (const [name, values] of Object.entries(factors)) {
    rows = rows.flatMap((row) => values.map((value) => ({ ...row, [name]: value })))
  }
  return rows
}

type Entry = readonly [string, unknown]
/** A missing pair matters more than any number of missing triples. */
const pairWeight = 1000

function tuples(row: Row): readonly { readonly key: string; readonly weight: number }[] {
  const entries = Object.entries(row)
  const triples = entries.flatMap((first, index) =>
    entries
      .slice(index + 1)
      .flatMap((second, offset) =>
        entries.slice(index + offset + 2).map((third) => keyOf([first, second, third])),
      ),
  )
  return [
    ...pairs(entries).map((key) => ({ key, weight: pairWeight })),
    ...triples.map((key) => ({ key, weight: 1 })),
  ]
}

function pairs(entries: readonly Entry[]): string[] {
  return entries.flatMap((first, index) =>
    entries.slice(index + 1).map((second) => keyOf([first, second])),
  )
}

function keyOf(entries: readonly Entry[]): string {
  return entries
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .sort()
    .join('&')
}
