import { Modal } from '../parts/modal.tsx'

interface ReportParts {
  readonly report: () => void
  readonly closed: () => void
}

/** Asks once more: it refuses the sign-in, and calls people. */
export function ReportDialog({ report, closed }: ReportParts) {
  return (
    <Modal title="Report this sign-in?" closed={closed}>
      <p>
        It is refused, and your administrator is told. Somebody who signs in as you knows your
        password: change it.
      </p>
      <div className="stack">
        <button type="button" className="button button-danger" onClick={report}>
          Report it
        </button>
        <button type="button" className="button" onClick={closed}>
          Back
        </button>
      </div>
    </Modal>
  )
}
