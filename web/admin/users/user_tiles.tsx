import { StatTile } from '../parts/stat_tile.tsx'
import { useView } from '../parts/view.ts'
import { filterWords } from './user.ts'

type Counts = Readonly<Record<keyof typeof filterWords | 'total', number>>

const tones: Partial<Readonly<Record<keyof Counts, 'warning' | 'danger'>>> = {
  bypass: 'warning',
  locked: 'danger',
}

/** How many users there are; each number opens the list of these users. */
export function UserTiles() {
  const { data } = useView<Counts>('users-counts', {}, { everyMs: 30_000 })
  return (
    <div className="tile-row">
      <StatTile label="All users" value={data?.total} to="/users" />
      {Object.entries(filterWords).map(([filter, label]) => {
        const key = filter as keyof typeof filterWords
        const tone = data !== undefined && data[key] > 0 ? tones[key] : undefined
        return (
          <StatTile
            key={filter}
            label={label}
            value={data?.[key]}
            to={`/users?filter=${filter}`}
            {...(tone === undefined ? {} : { tone })}
          />
        )
      })}
    </div>
  )
}
