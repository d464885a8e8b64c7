// The one script of the web: htmx for partial updates, and what the pages' own parts need. Every page works without it.
import "htmx.org";
import { startBell } from "./bell";
import { startEditors } from "./editors";
import { startForms } from "./forms";
import { startKeys } from "./keys";
import { startLookups } from "./lookup";
import { startMenus } from "./menus";
import { startPasskeys } from "./passkeys";
import { startPrincipals } from "./principals";
import { startToasts } from "./toast";

startMenus();
startLookups();
startForms();
startEditors();
startKeys();
startToasts();
startBell();
startPasskeys();
startPrincipals();
