//! What the ad was made from: style, brief, brand and product.

use super::{
    html::{Picture, Prose, Text, fact},
    page::Page,
};
use crate::project::{Music, Rgb};
use std::fmt;

/// The sections of style and brief.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look<'a>(pub(super) &'a Page);

impl fmt::Display for Look<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.style(f)?;
        f.write_str(
            "<section aria-labelledby=\"brief\"><h2 id=\"brief\">Brief and brand</h2>\n<div class=\"columns\">",
        )?;
        self.product(f)?;
        self.brief(f)?;
        self.brand(f)?;
        f.write_str("</div></section>\n")
    }
}

impl Look<'_> {
    fn style(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<section aria-labelledby=\"style\"><h2 id=\"style\">Style</h2>\n")?;
        let Some(style) = &self.0.project.style else {
            return f.write_str("<p class=\"muted\">The project has no style.</p></section>\n");
        };
        swatches(f, &style.palette)?;
        f.write_str("<dl class=\"card facts three\">")?;
        for (label, value) in [
            ("Lighting", &style.lighting),
            ("Camera", &style.camera),
            ("Texture", &style.texture),
            ("Mood", &style.mood),
            ("Grade", &style.grade),
        ] {
            fact(f, label, Text(value))?;
        }
        match &self.0.project.audio.music {
            Some(Music::Generate(music)) => fact(f, "Music", Text(music.prompt.as_deref().unwrap_or("–")))?,
            Some(Music::File(asset)) => fact(f, "Music", format_args!("<code>{}</code>", Text(asset.as_str())))?,
            None => fact(f, "Music", "none")?,
        }
        f.write_str("</dl></section>\n")
    }

    fn product(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Page { photo, cutout, .. } = self.0;
        if photo.is_none() && cutout.is_none() {
            return Ok(());
        }
        f.write_str("<div class=\"card product\">")?;
        if let Some(photo) = photo {
            write!(f, "<figure>{}<figcaption>Photo</figcaption></figure>", photo.img("The product's photo"))?;
        }
        if let Some(cutout) = cutout {
            let img = cutout.img("The product cut out of the photo");
            write!(f, "<figure class=\"clear\">{img}<figcaption>Cut-out</figcaption></figure>")?;
        }
        f.write_str("</div>")
    }

    fn brief(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let brief = &self.0.project.brief;
        f.write_str("<dl class=\"card facts\">")?;
        let language = &brief.language;
        let text = |text: &str| Prose { text, language }.to_string();
        fact(f, "Product", text(&brief.product_name))?;
        for (label, value) in
            [("Description", &brief.description), ("Audience", &brief.audience), ("Mood", &brief.mood)]
        {
            if !value.trim().is_empty() {
                fact(f, label, text(value))?;
            }
        }
        if let Some(call) = brief.call_to_action.as_deref().filter(|call| !call.trim().is_empty()) {
            fact(f, "Call to action", text(call))?;
        }
        fact(f, "Language", Text(language))?;
        f.write_str("</dl>")
    }

    fn brand(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (brand, logo) = (&self.0.project.brand, &self.0.logo);
        let parts = [&brand.name, &brand.guidelines].map(|text| text.trim().is_empty());
        if parts == [true, true] && brand.colors.is_empty() && logo.is_none() && brand.font.is_none() {
            return Ok(());
        }
        f.write_str("<dl class=\"card facts\">")?;
        let language = &self.0.project.brief.language;
        let text = |text: &str| Prose { text, language }.to_string();
        if !parts[0] {
            fact(f, "Brand", text(&brand.name))?;
        }
        if let Some(logo) = logo {
            fact(f, "Logo", Logo(logo))?;
        }
        if !brand.colors.is_empty() {
            f.write_str("<div><dt>Colours</dt><dd>")?;
            swatches(f, &brand.colors)?;
            f.write_str("</dd></div>")?;
        }
        if let Some(font) = &brand.font {
            fact(f, "Typeface", Text(font))?;
        }
        if !parts[1] {
            fact(f, "Guidelines", text(&brand.guidelines))?;
        }
        f.write_str("</dl>")
    }
}

struct Logo<'a>(&'a Picture);

impl fmt::Display for Logo<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<span class=\"logo\">{}</span>", self.0.img("The brand's logo"))
    }
}

fn swatches(f: &mut fmt::Formatter<'_>, colors: &[Rgb]) -> fmt::Result {
    f.write_str("<ul class=\"swatches\">")?;
    for color in colors {
        write!(f, "<li><i style=\"background:{color}\"></i><code>{color}</code></li>")?;
    }
    f.write_str("</ul>\n")
}
