class Migration: pass
