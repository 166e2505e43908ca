/** Requests that joined the sign-in of an earlier one at this node, so that the user was asked once. */
export class JoinCounts {
  /** The same RADIUS request again, or the same call of a proxy whose connection broke. */
  retransmissions = 0
  /** Retries of RADIUS clients with new packets. */
  retries = 0
  /** Retries that two requests competed for. */
  competing = 0
}
