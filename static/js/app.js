// Everything works without this file; it adds keys, menus and quiet refreshes.
import "./live.js";
import "./menu.js";
import "./rows.js";
import "./person.js";
import "./dock.js";
