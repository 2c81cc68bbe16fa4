import fc from "fast-check";

/** Text with what could break out of markup much likelier than chance would have it. */
export const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        '"><svg onload=alert(1)>',
        "' onmouseover='x",
        "</style><b>",
        "</title>",
        "</code></td></table>",
        "<!--",
        "-->",
        "]]>",
        "&lt;b&gt;",
        "javascript:alert(1)",
        "\u202E",
        "\u0000",
        "\uD800",
        "${x}",
        "`",
      ),
      fc.string({ unit: "binary" }),
    ),
    { minLength: 1, maxLength: 4 },
  )
  .map((parts) => parts.join(""));
