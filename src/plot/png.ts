/** An SVG as PNG, for what does not show SVG. */

/**
 * @param svg - text of an SVG file
 * @param scale - pixels of the PNG for one of the SVG; 2 suits today's screens
 */
export async function svgToPng(svg: string, scale = 2): Promise<Buffer> {
  const { default: sharp } = await import('sharp');
  return sharp(Buffer.from(svg), { density: 72 * scale })
    .png({ compressionLevel: 9, palette: true })
    .toBuffer();
}
