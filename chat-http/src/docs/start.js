"use strict";
// Without a validator: it would send the document to another host.
SwaggerUIBundle({ url: "openapi.json", dom_id: "#ui", deepLinking: true, tryItOutEnabled: true, validatorUrl: null });
