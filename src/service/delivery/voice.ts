/** Calls a number, and asks who answers to press a key. */
export interface VoiceDelivery {
  call(request: { readonly txid: string; readonly number: string }): Promise<void>
}
