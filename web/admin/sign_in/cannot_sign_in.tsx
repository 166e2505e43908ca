/** The ways back into an account; none of them skips the second factor. */
export function CannotSignIn({ label }: { readonly label: string }) {
  return (
    <details className="cannot-sign-in">
      <summary>{label}</summary>
      <p>
        Ask another owner: on your page under Administrators, <b>Reset</b> sends you a new link.
      </p>
      <p>
        If no owner can sign in, run this on the server: <code>countersign admin reset</code> with
        your e-mail address.
      </p>
    </details>
  )
}
