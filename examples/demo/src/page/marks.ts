// The drawings of the weather panel: each one path on a field of 24 by 24, named by what it stands for.

import type { BoltId, skies } from "../shared/skies.ts";

export type SkyLabel = (typeof skies)[keyof typeof skies]["label"];

export const skyMarks: Readonly<Record<SkyLabel, string>> = {
  Refused: "M12 3l7 3v5c0 4.700-3 8.200-7 10-4-1.800-7-5.300-7-10V6ZM9.500 9.500l5 5M14.500 9.500l-5 5",
  "Frames vanish": "M4 7h10M4 12h5M4 17h8M18 7h2M13 12h1.500M18 12h.500M16 17h1M20.500 17h.010",
  Swallowed: "M12 12a1.500 1.500 0 1 1-1.500 1.500 4 4 0 1 1 4 4 6.500 6.500 0 1 1 6-6.500M3 12a9 9 0 0 1 9-9",
  "Killed at 300 ms": "M13 3 5.500 13.500H11L10 21l8-11h-5.500Z",
  "Freezes after 2 s":
    "M12 3v18M4.200 7.500l15.600 9M4.200 16.500l15.600-9M9.500 4.500 12 7l2.500-2.500M9.500 19.500 12 17l2.500 2.500",
  "Answers lost": "M4 12c3 0 3-4 6-4M14 8c3 0 3 8 6 8M9.500 16.500l5-9M4 16h2",
  "Streams held": "M4 8l8-4 8 4-8 4ZM4 12l8 4 8-4M4 16l8 4 8-4",
  "Half gets 502": "M12 3a9 9 0 1 0 0 18ZM12 3a9 9 0 0 1 0 18M14.500 9h3M14.500 12h4M14.500 15h3",
  "Sent twice":
    "M8 8V5a1 1 0 0 1 1-1h10a1 1 0 0 1 1 1v10a1 1 0 0 1-1 1h-3M5 8h10a1 1 0 0 1 1 1v10a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V9a1 1 0 0 1 1-1Z",
  "Out of order":
    "M4 7h3c6 0 4 10 10 10h3M17 14l3 3-3 3M4 17h3c2 0 3-1.200 3.700-2.700M13.300 9.700C14 8.200 15 7 17 7h3M17 4l3 3-3 3",
  "300 ms slower": "M7 3h10M7 21h10M8 3c0 5 8 5.500 8 9s-8 4-8 9M16 3c0 5-8 5.500-8 9s8 4 8 9",
  "Silence is cut": "M4 12h3l2-5 3 10 2-5h1M18 12h.010M21 12h.010",
  "Cut every 2 s": "M4 18l4-9 3 6 3-10 2 7 4-6M4 21h16",
  "Captive portal": "M6 21V7a6 6 0 0 1 12 0v14M3 21h18M12 13v.500M12 16v5",
  "WebSocket blocked for 30 s": "M12 21a8 8 0 1 0 0-16 8 8 0 0 0 0 16ZM12 9v4l2.500 2M9.500 2.500h5",
  "Server away, 10 s": "M5 4h14v6H5ZM5 14h5M5 14v6h7M8 7h.010M16 14l5 6M21 14l-5 6",
};

export const boltMarks: Readonly<Record<BoltId, string>> = {
  cut: "M6 8.500a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5ZM6 20.500a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5ZM8 7.500l12 9.500M8 16.500 20 7",
  network: "M4 10a12 12 0 0 1 16 0M7 13.500a7.500 7.500 0 0 1 10 0M12 18h.010M15 3.500l3-1.500M18 2l1.500 3",
  restart: "M19.500 12a7.500 7.500 0 1 1-2.200-5.300L20 9M20 4v5h-5",
  clear:
    "M12 16.500a4.500 4.500 0 1 0 0-9 4.500 4.500 0 0 0 0 9ZM12 2.500v2M12 19.500v2M2.500 12h2M19.500 12h2M5.300 5.300l1.400 1.400M17.300 17.300l1.400 1.400M5.300 18.700l1.400-1.400M17.300 6.700l1.400-1.400",
};
