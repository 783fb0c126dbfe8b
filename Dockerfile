FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source
# What decides the packages comes first: a change of code alone does not restore again.
COPY global.json Directory.Build.props Directory.Packages.props ./
COPY src/Directory.Build.props src/
COPY src/Kyy.Bridge/*.csproj src/Kyy.Bridge/packages.*.lock.json src/Kyy.Bridge/
COPY src/Kyy.Bridge.Client/*.csproj src/Kyy.Bridge.Client/packages.*.lock.json src/Kyy.Bridge.Client/
RUN dotnet restore src/Kyy.Bridge --locked-mode
COPY .editorconfig appsettings.Development.json ./
COPY src/BannedSymbols.txt src/
COPY src/Kyy.Bridge/ src/Kyy.Bridge/
COPY src/Kyy.Bridge.Client/ src/Kyy.Bridge.Client/
RUN dotnet publish src/Kyy.Bridge --no-restore -c Release -o /app -p:UseAppHost=false

FROM mcr.microsoft.com/dotnet/aspnet:10.0
WORKDIR /app
COPY --from=build /app ./
USER app
EXPOSE 8080
ENTRYPOINT ["dotnet", "Kyy.Bridge.dll"]
