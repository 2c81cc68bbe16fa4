/** A policy can be taken in more ways than can be looked through; the message says which. */
export class Unlaid extends Error {}
