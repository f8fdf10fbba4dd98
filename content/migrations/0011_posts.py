import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("content", "0010_chunk_vectors"),
        ("partners", "0010_fewer_indexes"),
    ]

    operations = [
        migrations.AlterField(
            model_name="outboxmessage",
            name="lane",
            field=models.PositiveSmallIntegerField(
                choices=[(0, "replies"), (1, "alerts"), (2, "posts"), (3, "sequences"), (4, "broadcasts")],
                verbose_name="lane",
            ),
        ),
        migrations.CreateModel(
            name="MediaItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "file",
                    models.ImageField(upload_to="library/", verbose_name="picture"),
                ),
                ("thumbnail", models.ImageField(blank=True, upload_to="library/", verbose_name="thumbnail")),
                ("width", models.PositiveIntegerField(default=0, verbose_name="width")),
                ("height", models.PositiveIntegerField(default=0, verbose_name="height")),
                ("sha256", models.CharField(max_length=64, verbose_name="SHA-256")),
                ("title", models.CharField(blank=True, max_length=120, verbose_name="title")),
                ("keywords", models.JSONField(blank=True, default=list, verbose_name="keywords")),
                ("products", models.JSONField(blank=True, default=list, verbose_name="products")),
                (
                    "origin",
                    models.CharField(
                        choices=[("upload", "uploaded"), ("drawn", "drawn by a model")],
                        default="upload",
                        max_length=6,
                        verbose_name="origin",
                    ),
                ),
                ("used_count", models.PositiveIntegerField(default=0, verbose_name="used")),
                ("used_at", models.DateTimeField(blank=True, null=True, verbose_name="last used")),
                ("added_at", models.DateTimeField(verbose_name="added")),
                ("retired_at", models.DateTimeField(blank=True, null=True, verbose_name="taken out")),
                (
                    "partner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="partners.partner",
                        verbose_name="only for the partner",
                    ),
                ),
            ],
            options={
                "verbose_name": "picture",
                "verbose_name_plural": "media library",
                "ordering": ("-added_at", "-id"),
            },
        ),
        migrations.CreateModel(
            name="Offer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(max_length=120, verbose_name="title")),
                ("terms", models.TextField(max_length=1000, verbose_name="terms")),
                ("until", models.DateField(verbose_name="last day")),
                ("added_at", models.DateTimeField(verbose_name="added")),
                (
                    "partner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="partners.partner",
                        verbose_name="only for the partner",
                    ),
                ),
            ],
            options={
                "verbose_name": "promotion",
                "verbose_name_plural": "promotions",
                "ordering": ("until", "id"),
            },
        ),
        migrations.CreateModel(
            name="Post",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("product", "product"),
                            ("motivation", "motivation"),
                            ("news", "news"),
                            ("tips", "tip"),
                            ("success_story", "success story"),
                            ("promo", "promotion"),
                            ("myth_busting", "myth"),
                            ("faq", "frequent question"),
                            ("business", "business"),
                        ],
                        max_length=16,
                        verbose_name="type",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "being written"),
                            ("pending", "waits for a decision"),
                            ("approved", "approved"),
                            ("scheduled", "scheduled"),
                            ("publishing", "being published"),
                            ("published", "published"),
                            ("rejected", "rejected"),
                            ("failed", "not published"),
                            ("unknown", "perhaps published"),
                        ],
                        default="draft",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="reason")),
                ("revision", models.PositiveIntegerField(default=1, verbose_name="revision")),
                ("text", models.TextField(blank=True, max_length=4096, verbose_name="text")),
                ("voice", models.CharField(blank=True, max_length=24, verbose_name="voice")),
                ("product", models.CharField(blank=True, max_length=24, verbose_name="product")),
                ("sources", models.JSONField(blank=True, default=list, verbose_name="sources")),
                ("findings", models.JSONField(blank=True, default=list, verbose_name="findings")),
                ("picture_reason", models.CharField(blank=True, max_length=200, verbose_name="why this picture")),
                ("erid", models.CharField(blank=True, max_length=60, verbose_name="erid")),
                ("advertiser", models.CharField(blank=True, max_length=200, verbose_name="advertiser")),
                ("not_advert_by", models.CharField(blank=True, max_length=120, verbose_name="no advert, says")),
                ("number", models.PositiveIntegerField(default=0, verbose_name="number")),
                ("provider", models.CharField(blank=True, max_length=20, verbose_name="written by")),
                ("roubles", models.DecimalField(decimal_places=4, default=0, max_digits=12, verbose_name="roubles")),
                ("created_at", models.DateTimeField(verbose_name="created")),
                ("changed_at", models.DateTimeField(verbose_name="changed")),
                ("due_at", models.DateTimeField(blank=True, null=True, verbose_name="to be published")),
                ("published_at", models.DateTimeField(blank=True, null=True, verbose_name="published at")),
                ("chat_id", models.BigIntegerField(blank=True, null=True, verbose_name="chat")),
                ("thread_id", models.BigIntegerField(blank=True, null=True, verbose_name="topic")),
                ("message_id", models.BigIntegerField(blank=True, null=True, verbose_name="message id")),
                (
                    "partner",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="partners.partner",
                        verbose_name="partner",
                    ),
                ),
                (
                    "picture",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        to="content.mediaitem",
                        verbose_name="picture",
                    ),
                ),
            ],
            options={
                "verbose_name": "post",
                "verbose_name_plural": "posts",
                "ordering": ("-created_at", "-id"),
            },
        ),
        migrations.CreateModel(
            name="PictureOrder",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("prompt", models.CharField(max_length=500, verbose_name="what to draw")),
                ("seed", models.BigIntegerField(default=0, verbose_name="seed")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "to be ordered"),
                            ("ordered", "being drawn"),
                            ("done", "drawn"),
                            ("failed", "not drawn"),
                        ],
                        default="waiting",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="reason")),
                ("operation", models.CharField(blank=True, max_length=120, verbose_name="operation")),
                ("attempts", models.PositiveSmallIntegerField(default=0, verbose_name="attempts")),
                ("asked_at", models.DateTimeField(verbose_name="asked")),
                ("due_at", models.DateTimeField(blank=True, null=True, verbose_name="next look")),
                (
                    "partner",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="partners.partner",
                        verbose_name="partner",
                    ),
                ),
                (
                    "picture",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        to="content.mediaitem",
                        verbose_name="picture",
                    ),
                ),
                (
                    "post",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="orders",
                        to="content.post",
                        verbose_name="post",
                    ),
                ),
            ],
            options={
                "verbose_name": "ordered picture",
                "verbose_name_plural": "ordered pictures",
                "ordering": ("-asked_at", "-id"),
            },
        ),
        migrations.CreateModel(
            name="PostAct",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("revision", models.PositiveIntegerField(verbose_name="revision")),
                (
                    "act",
                    models.CharField(
                        choices=[
                            ("written", "wrote it"),
                            ("edited", "changed the text"),
                            ("rewritten", "had it rewritten"),
                            ("pictured", "changed the picture"),
                            ("marked", "set the advert mark"),
                            ("approved", "approved"),
                            ("scheduled", "scheduled"),
                            ("withdrawn", "took back"),
                            ("rejected", "rejected"),
                            ("publishing", "began to publish"),
                            ("published", "published"),
                            ("failed", "could not publish"),
                            ("unknown", "got no answer"),
                        ],
                        max_length=10,
                        verbose_name="what",
                    ),
                ),
                ("by", models.CharField(max_length=120, verbose_name="who")),
                ("comment", models.TextField(blank=True, max_length=1000, verbose_name="comment")),
                ("text", models.TextField(blank=True, max_length=4096, verbose_name="text")),
                ("at", models.DateTimeField(verbose_name="when")),
                (
                    "partner",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="partners.partner",
                        verbose_name="partner",
                    ),
                ),
                (
                    "post",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="acts",
                        to="content.post",
                        verbose_name="post",
                    ),
                ),
            ],
            options={
                "verbose_name": "act on a post",
                "verbose_name_plural": "acts on posts",
                "ordering": ("at", "id"),
            },
        ),
        migrations.CreateModel(
            name="PostEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("click", "followed a link"), ("comment", "answered")],
                        max_length=8,
                        verbose_name="what",
                    ),
                ),
                ("slot", models.CharField(blank=True, max_length=40, verbose_name="link")),
                ("at", models.DateTimeField(verbose_name="when")),
                (
                    "partner",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="partners.partner",
                        verbose_name="partner",
                    ),
                ),
                (
                    "post",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="content.post",
                        verbose_name="post",
                    ),
                ),
            ],
            options={
                "verbose_name": "event of a post",
                "verbose_name_plural": "events of posts",
                "ordering": ("-at", "-id"),
            },
        ),
        migrations.CreateModel(
            name="PostNumbers",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(verbose_name="when")),
                ("reactions", models.PositiveIntegerField(default=0, verbose_name="reactions")),
                ("by_emoji", models.JSONField(default=dict, verbose_name="by emoji")),
                ("clicks", models.PositiveIntegerField(default=0, verbose_name="clicks")),
                ("comments", models.PositiveIntegerField(default=0, verbose_name="comments")),
                (
                    "partner",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="partners.partner",
                        verbose_name="partner",
                    ),
                ),
                (
                    "post",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="content.post",
                        verbose_name="post",
                    ),
                ),
            ],
            options={
                "verbose_name": "numbers of a post",
                "verbose_name_plural": "numbers of posts",
                "ordering": ("-at", "-id"),
            },
        ),
        migrations.CreateModel(
            name="PostPlan",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("product", "product"),
                            ("motivation", "motivation"),
                            ("news", "news"),
                            ("tips", "tip"),
                            ("success_story", "success story"),
                            ("promo", "promotion"),
                            ("myth_busting", "myth"),
                            ("faq", "frequent question"),
                            ("business", "business"),
                        ],
                        max_length=16,
                        verbose_name="type",
                    ),
                ),
                (
                    "crontab",
                    models.CharField(help_text="minute hour day month weekday", max_length=60, verbose_name="crontab"),
                ),
                ("enabled", models.BooleanField(default=True, verbose_name="on")),
                ("next_at", models.DateTimeField(blank=True, null=True, verbose_name="next")),
                ("failures", models.PositiveSmallIntegerField(default=0, verbose_name="failures in a row")),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="last failure")),
                (
                    "partner",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="partners.partner",
                        verbose_name="partner",
                    ),
                ),
            ],
            options={
                "verbose_name": "plan of posts",
                "verbose_name_plural": "plans of posts",
                "ordering": ("partner", "kind", "id"),
            },
        ),
        migrations.CreateModel(
            name="PostReaction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("person", models.BigIntegerField(verbose_name="Telegram id")),
                ("emoji", models.JSONField(default=dict, verbose_name="reactions")),
                ("at", models.DateTimeField(verbose_name="when")),
                (
                    "partner",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="partners.partner",
                        verbose_name="partner",
                    ),
                ),
                (
                    "post",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reactions",
                        to="content.post",
                        verbose_name="post",
                    ),
                ),
            ],
            options={
                "verbose_name": "reaction",
                "verbose_name_plural": "reactions",
            },
        ),
        migrations.CreateModel(
            name="Story",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.TextField(max_length=2000, verbose_name="story")),
                ("consent", models.CharField(max_length=300, verbose_name="consent: who, when, how")),
                ("added_at", models.DateTimeField(verbose_name="added")),
                ("retired_at", models.DateTimeField(blank=True, null=True, verbose_name="withdrawn")),
                (
                    "partner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="partners.partner",
                        verbose_name="only for the partner",
                    ),
                ),
            ],
            options={
                "verbose_name": "story",
                "verbose_name_plural": "stories",
                "ordering": ("-added_at", "-id"),
            },
        ),
        migrations.CreateModel(
            name="Idea",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("source", models.CharField(max_length=120, verbose_name="channel")),
                ("message_id", models.BigIntegerField(verbose_name="message id")),
                ("topic", models.CharField(max_length=200, verbose_name="topic")),
                (
                    "kind",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("product", "product"),
                            ("motivation", "motivation"),
                            ("news", "news"),
                            ("tips", "tip"),
                            ("success_story", "success story"),
                            ("promo", "promotion"),
                            ("myth_busting", "myth"),
                            ("faq", "frequent question"),
                            ("business", "business"),
                        ],
                        max_length=16,
                        verbose_name="type",
                    ),
                ),
                ("popularity", models.PositiveIntegerField(default=0, verbose_name="popularity")),
                ("written_on", models.DateField(verbose_name="written")),
                ("used_at", models.DateTimeField(blank=True, null=True, verbose_name="used")),
                (
                    "partner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="partners.partner",
                        verbose_name="only for the partner",
                    ),
                ),
            ],
            options={
                "verbose_name": "idea",
                "verbose_name_plural": "ideas",
                "ordering": ("-popularity", "-written_on", "id"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("partner", "source", "message_id"), name="idea_once", nulls_distinct=False
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="MediaFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("path", models.CharField(max_length=200, verbose_name="picture")),
                ("file_id", models.CharField(max_length=200, verbose_name="file_id")),
                ("at", models.DateTimeField(verbose_name="when")),
                (
                    "bot",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="partners.bot",
                        verbose_name="bot",
                    ),
                ),
                (
                    "partner",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="partners.partner",
                        verbose_name="partner",
                    ),
                ),
            ],
            options={
                "verbose_name": "uploaded picture",
                "verbose_name_plural": "uploaded pictures",
                "constraints": [models.UniqueConstraint(fields=("bot", "path"), name="media_file_once")],
            },
        ),
        migrations.AddConstraint(
            model_name="mediaitem",
            constraint=models.UniqueConstraint(fields=("partner", "sha256"), name="media_once", nulls_distinct=False),
        ),
        migrations.AddIndex(
            model_name="post",
            index=models.Index(fields=["partner", "state", "due_at"], name="post_partner_state"),
        ),
        migrations.AddIndex(
            model_name="post",
            index=models.Index(fields=["partner", "created_at"], name="post_partner_created"),
        ),
        migrations.AddIndex(
            model_name="post",
            index=models.Index(condition=models.Q(("state", "scheduled")), fields=["due_at"], name="post_due"),
        ),
        migrations.AddIndex(
            model_name="post",
            index=models.Index(condition=models.Q(("state", "publishing")), fields=["id"], name="post_publishing"),
        ),
        migrations.AddIndex(
            model_name="post",
            index=models.Index(fields=["partner", "chat_id", "message_id"], name="post_message"),
        ),
        migrations.AddConstraint(
            model_name="post",
            constraint=models.UniqueConstraint(fields=("id", "partner"), name="post_id_partner"),
        ),
        migrations.AddIndex(
            model_name="pictureorder",
            index=models.Index(condition=models.Q(("due_at__isnull", False)), fields=["due_at"], name="picture_due"),
        ),
        migrations.AddIndex(
            model_name="postevent",
            index=models.Index(fields=["post", "kind", "at"], name="post_event"),
        ),
        migrations.AddConstraint(
            model_name="postnumbers",
            constraint=models.UniqueConstraint(fields=("post", "at"), name="post_numbers_once"),
        ),
        migrations.AddIndex(
            model_name="postplan",
            index=models.Index(condition=models.Q(("enabled", True)), fields=["next_at"], name="post_plan_due"),
        ),
        migrations.AddConstraint(
            model_name="postplan",
            constraint=models.UniqueConstraint(fields=("partner", "kind", "crontab"), name="post_plan_once"),
        ),
        migrations.AddConstraint(
            model_name="postreaction",
            constraint=models.UniqueConstraint(fields=("post", "person"), name="post_reaction_once"),
        ),
    ]
