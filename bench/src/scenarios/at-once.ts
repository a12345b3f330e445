// Does something many times, a few at once.

export async function atOnce(times: number, most: number, one: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const some = async (): Promise<void> => {
    while (next < times) await one(next++);
  };
  await Promise.all(Array.from({ length: Math.min(most, times) }, some));
}
