// What the page and the server may say to each other.

export type Item = { id: string; text: string; done: boolean };
export type ToServer = { save(item: Item): Item };
export type ToPage = { items(changed: Item[]): void };
