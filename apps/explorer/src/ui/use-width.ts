import { useEffect, useState } from "preact/hooks";

/** How wide an element is, in whole pixels, as long as it is shown. */
export function useWidth(element: { readonly current: HTMLElement | null }, least: number = 240): number {
  const [width, setWidth] = useState(560);
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) =>
      setWidth(Math.max(least, Math.round(entry!.contentRect.width))),
    );
    observer.observe(element.current!);
    return () => observer.disconnect();
  }, [element]);
  return width;
}
