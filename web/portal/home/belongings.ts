import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { notify } from '../../parts/notify.ts'
import { type Belongings, errorMessage, portal } from '../api.ts'

const key = ['devices']

export function useBelongings() {
  return useQuery({ queryKey: key, queryFn: portal.belongings })
}

/** Runs a change. Uses the list in the response if there is one, and reloads the list otherwise. */
export function useChange<Variables>(
  change: (variables: Variables) => Promise<object>,
  message: string,
) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: change,
    onSuccess: async (answer) => {
      if (isBelongings(answer)) client.setQueryData(key, answer)
      else await client.invalidateQueries({ queryKey: key })
      notify(message)
    },
  })
}

/** Saves an order that is already on screen; restores the old one if saving fails. */
export function useReorder() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: portal.reorder,
    onSuccess: (answer) => client.setQueryData(key, answer),
    onError: async (error) => {
      notify(errorMessage(error), 'danger')
      await client.invalidateQueries({ queryKey: key })
    },
  })
}

function isBelongings(answer: object): answer is Belongings {
  return 'devices' in answer
}
