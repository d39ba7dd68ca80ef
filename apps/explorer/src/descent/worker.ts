import { serve } from "../worker/serve.ts";
import { handlers } from "./handlers.ts";

serve(handlers);
