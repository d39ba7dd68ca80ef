/** Whether an element has come into view: what is far below need not be computed, nor the code for it loaded. */
import { useEffect, useRef, useState } from "preact/hooks";

/** Put the ref on the element. Once seen, it counts as seen. */
export function useVisible<E extends Element>(): readonly [{ current: E | null }, boolean] {
  const element = useRef<E | null>(null);
  const [seen, setSeen] = useState(false);
  useEffect(() => {
    const observer = new IntersectionObserver(
      (entries) => {
        if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
        observer.disconnect();
        setSeen(true);
      },
      // A heading alone that looks in at the lower edge is no reason yet.
      { rootMargin: "0px 0px -60px 0px" },
    );
    observer.observe(element.current!);
    return () => observer.disconnect();
  }, []);
  return [element, seen];
}
