import { IconSearchOff } from '@tabler/icons-react'
import { Failed } from '../../parts/problem.tsx'
import { errorMessage } from '../api.ts'
import { EmptyState } from '../parts/empty_state.tsx'
import { FilterBar } from '../parts/filter_bar.tsx'
import { TextLink } from '../parts/links.tsx'
import { LoadingSkeleton } from '../parts/loading_skeleton.tsx'
import { PageHeader } from '../parts/page_header.tsx'
import { useUrlState } from '../parts/url_state.ts'
import { useView } from '../parts/view.ts'
import type { Product } from './application.ts'
import { ProductIcon } from './product_icon.tsx'

/** Everything that can be protected, found by name, maker or further words. */
export function CataloguePage() {
  const { data, error, refetch } = useView<{ readonly items: readonly Product[] }>('catalogue')
  const { values } = useUrlState()
  const found = data?.items.filter((product) => matches(product, values.q ?? '')) ?? []
  return (
    <>
      <PageHeader
        title="Protect an application"
        description="Choose what people sign in to. A product that is not listed and speaks RADIUS is “RADIUS VPN or gateway”."
        back={{ to: '/applications', label: 'Applications' }}
      />
      <FilterBar search="Search the catalogue" />
      {error !== null && (
        <Failed
          title="The catalogue can’t be shown"
          message={errorMessage(error)}
          retry={refetch}
        />
      )}
      {data === undefined && error === null && <LoadingSkeleton h={300} />}
      {data !== undefined && found.length === 0 && (
        <EmptyState icon={IconSearchOff} title="No product has this name">
          If it speaks RADIUS, search for “generic”.
        </EmptyState>
      )}
      <ul className="catalogue" aria-label="Products">
        {found.map(({ id, name, maker, category, icon }) => (
          <li key={id}>
            <ProductIcon icon={icon} />
            <div>
              <TextLink to={`/applications/protect/${id}`} className="catalogue-link">
                {name}
              </TextLink>
              <div className="row-detail">{maker === '' ? category : `${maker} · ${category}`}</div>
            </div>
          </li>
        ))}
      </ul>
    </>
  )
}

function matches({ name, maker, category, words }: Product, search: string): boolean {
  const text = [name, maker, category, ...words].join(' ').toLowerCase()
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word))
}
