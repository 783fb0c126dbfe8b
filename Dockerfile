ARG VERSION=0.1.0

FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
# Full has Hangfire and its kin; Lean is the same service for package feeds that do not carry them.
ARG PACKAGE_SET=Full
# Variables are properties to MSBuild. No symbols and documentation files: nobody debugs or compiles against an image.
ENV PackageSet=$PACKAGE_SET UseAppHost=false DebugType=none \
    PublishDocumentationFiles=false PublishReferencesDocumentationFiles=false SatelliteResourceLanguages=en IsTransformWebConfigDisabled=true
WORKDIR /source
# What decides the packages comes first: a change of code alone does not restore again.
COPY global.json Directory.Build.props Directory.Packages.props ./
COPY src/Directory.Build.props src/
COPY src/Kyy.Bridge/*.csproj src/Kyy.Bridge/packages.*.lock.json src/Kyy.Bridge/
COPY src/Kyy.Bridge.Client/*.csproj src/Kyy.Bridge.Client/packages.*.lock.json src/Kyy.Bridge.Client/
COPY src/Kyy.Bridge.Emulator/*.csproj src/Kyy.Bridge.Emulator/packages.*.lock.json src/Kyy.Bridge.Emulator/
RUN dotnet restore src/Kyy.Bridge --locked-mode && dotnet restore src/Kyy.Bridge.Emulator --locked-mode
COPY .editorconfig appsettings.Development.json ./
COPY src/ src/
ARG VERSION
RUN dotnet publish src/Kyy.Bridge --no-restore -c Release -p:Version=$VERSION -o /bridge

FROM build AS build-emulator
ARG VERSION
RUN dotnet publish src/Kyy.Bridge.Emulator --no-restore -c Release -p:Version=$VERSION -o /emulator

# What both images share: an account without rights, which owns none of the files. Nothing is written, /tmp apart.
FROM mcr.microsoft.com/dotnet/aspnet:10.0 AS base
WORKDIR /app
USER $APP_UID
ARG VERSION
LABEL org.opencontainers.image.version=$VERSION org.opencontainers.image.licenses=MIT

# docker build --target emulator: an upstream, a receiver and the demo, for trying the bridge out.
FROM base AS emulator
LABEL org.opencontainers.image.title="Kyy.Bridge emulator" \
    org.opencontainers.image.description="An upstream, a receiver and a demo for Kyy.Bridge"
COPY --from=build-emulator /emulator ./
ENTRYPOINT ["dotnet", "Kyy.Bridge.Emulator.dll"]

FROM base
LABEL org.opencontainers.image.title="Kyy.Bridge" \
    org.opencontainers.image.description="Polls asynchronous video tasks and delivers their outcomes as signed webhooks"
COPY --from=build /bridge ./
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=6s --start-period=60s --retries=3 CMD ["dotnet", "Kyy.Bridge.dll", "healthcheck"]
ENTRYPOINT ["dotnet", "Kyy.Bridge.dll"]
