/**
 * Members that come and go thousands of times a second. A Set that changes so often leaves its former tables behind, each with those
 * that were in it, and the next: V8 moves all of them to where it cleans up last.
 */

export interface Crowd<Member> {
  readonly size: number
  /** @returns what takes it out; a second call does nothing */
  add(member: Member): () => void
  /** Those of now. */
  members(): Member[]
}

export function createCrowd<Member>(): Crowd<Member> {
  const places: { member: Member; index: number }[] = []
  return {
    get size() {
      return places.length
    },
    add: (member) => {
      const place = { member, index: places.length }
      places.push(place)
      return () => {
        if (places[place.index] !== place) return
        const last = places.pop()
        if (last === undefined || last === place) return
        places[place.index] = last
        last.index = place.index
      }
    },
    members: () => places.map(({ member }) => member),
  }
}
